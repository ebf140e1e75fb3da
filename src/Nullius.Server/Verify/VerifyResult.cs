namespace Nullius.Server.Verify;

/// <summary>One control, exercised.</summary>
/// <param name="Millis">How long it took, the waiting for effects included.</param>
/// <param name="Remedy">What to do when it failed; null when it passed.</param>
public sealed record CheckResult(string Id, string Control, string Expected, string Observed, bool Passed, double Millis, string? Remedy);

/// <summary>What <c>nullius verify</c> found.</summary>
public sealed record VerifyReport(IReadOnlyList<CheckResult> Checks, int Passed, int Failed);

/// <summary>What was seen, in words, and whether it is what was expected.</summary>
internal sealed record Observation(string Text, bool Passed);

/// <summary>A control and how it is exercised.</summary>
/// <param name="Id">Stable, kebab-case.</param>
/// <param name="Control">What the control is, in words.</param>
/// <param name="Remedy">What to do when it fails.</param>
internal sealed record Check(string Id, string Control, string Expected, string Remedy, Func<VerifyScene, CancellationToken, Task<Observation>> RunAsync);
