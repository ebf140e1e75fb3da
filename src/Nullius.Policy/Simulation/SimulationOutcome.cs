namespace Nullius.Policy.Simulation;

/// <summary>What a case came to, in the terms of <c>--expect</c>.</summary>
public enum SimulationOutcome
{
    /// <summary>The case is malformed: it has an error instead of a decision.</summary>
    Error,
    Allow,
    /// <summary>Denied or blocked, by a statement or for want of one.</summary>
    Deny,
    /// <summary>Neither: controls are missing that could still be satisfied.</summary>
    Challenge,
    /// <summary>Hangs on a value that is not known: meets neither expectation, allows nothing.</summary>
    Unknown,
}

/// <summary>The answer to one case.</summary>
/// <param name="Name">The case's name; null when it has none.</param>
/// <param name="Json">The answer: one JSON object on one line, without the line's end, UTF-8.</param>
/// <param name="Decision">The decision's word, or <c>error</c>.</param>
/// <param name="Detail">For a person, one line: who blocked, what is required, or what is wrong.</param>
/// <param name="Errors">Everything that is wrong, each with its line from 1 counted from the beginning of the case; empty for a case that was decided.</param>
public sealed record SimulationAnswer(
    string? Name, ReadOnlyMemory<byte> Json, SimulationOutcome Outcome, string Decision, string Detail, IReadOnlyList<PolicyDiagnostic> Errors);
