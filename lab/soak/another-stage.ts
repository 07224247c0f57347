/** Exit status by which the part of the soak inside namespaces asks for a new stage. */
export const anotherStage = 75;
