-- LockStore.isHeld: whether the lock $1 is held now, by the owner $2 or, if that is NULL, by anybody.
SELECT EXISTS (
  SELECT FROM {{table}}
  WHERE name = $1 AND owner = coalesce($2, owner) AND extract(epoch FROM clock_timestamp()) * 1000 < held_until
) AS done
