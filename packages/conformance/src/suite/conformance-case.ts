/** A sentence of a contract, as something that can be run. */
export interface ConformanceCase<Scene> {
  /** The sentence: a fact in the present tense. */
  readonly name: string
  /** Runs by itself, because it moves the store's clock far or meddles with this process's. */
  readonly alone?: boolean
  /** Rejects if the store does otherwise. */
  run(scene: Scene): Promise<void>
}

/** The cases of one part of a contract. */
export interface CaseGroup<Scene> {
  readonly about: string
  readonly cases: readonly ConformanceCase<Scene>[]
  /** Why these cases do not apply to this store, if they do not. */
  readonly inapplicable?: (scene: Scene) => string | undefined
}

/** A case that a store did not pass. */
export interface CaseFailure {
  readonly about: string
  readonly name: string
  readonly error: unknown
}

/** Where the scenes of a suite come from. */
export interface Stage<Fixture, Scene> {
  create(): Promise<Fixture> | Fixture
  dispose?: ((fixture: Fixture) => unknown) | undefined
  /** A place for one case: a key or name of its own. */
  scene(fixture: Fixture): Scene
}
