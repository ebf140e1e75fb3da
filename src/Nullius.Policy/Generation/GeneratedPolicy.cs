namespace Nullius.Policy.Generation;

/// <summary>Why a line of a generated document is there.</summary>
/// <param name="Statement">The statement, role or binding that the line is in.</param>
/// <param name="Permission">The permission.</param>
/// <param name="Resources">Distinct resources that it was seen on.</param>
/// <param name="Count">Successful requests.</param>
/// <param name="Sample">Id of the first event.</param>
public sealed record Evidence(string Statement, string Permission, int Resources, long Count, DateTimeOffset First, DateTimeOffset Last, string Sample);

/// <summary>A pattern that stands for more than was seen.</summary>
/// <param name="Seen">Distinct resources that were seen.</param>
/// <param name="Examples">The first of them.</param>
public sealed record Generalised(string Statement, string Pattern, int Seen, IReadOnlyList<string> Examples);

/// <summary>What was seen and is not granted.</summary>
/// <param name="Reason">Why not.</param>
public sealed record LeftOut(string Permission, string? Resource, long Count, DateTimeOffset First, DateTimeOffset Last, string Sample, string Reason);

/// <summary>What an existing document grants and nobody was seen to use.</summary>
/// <param name="Place">Document and line of the statement.</param>
/// <param name="Granted">The permission or pattern as it is written there.</param>
/// <param name="Observed">Actions under it that were seen.</param>
/// <param name="Unused">Actions under it that were not: all of them, or the first of many.</param>
/// <param name="UnusedCount">How many they are.</param>
public sealed record UnusedGrant(string Place, string Granted, int Observed, IReadOnlyList<string> Unused, int UnusedCount);

/// <summary>A least-privilege document and everything that it rests on.</summary>
/// <param name="Document">JSON that loads.</param>
/// <param name="Evidence">Line by line, in the document's order.</param>
/// <param name="Offers">Conditions that every record would have met; they are in the document only where that was asked for.</param>
/// <param name="LeftOut">What could not be mapped, whose resource is not known, and what was refused.</param>
/// <param name="Notes">What a reader should know before using it.</param>
public sealed record GeneratedPolicy(
    string Document, IReadOnlyList<Evidence> Evidence, IReadOnlyList<Generalised> Generalised, IReadOnlyList<OfferedCondition> Offers,
    IReadOnlyList<LeftOut> LeftOut, IReadOnlyList<UnusedGrant> Unused, IReadOnlyList<string> Notes);

/// <summary>How to write it.</summary>
/// <param name="Several">So many distinct values beside each other are generalised; below that they are listed.</param>
/// <param name="WithConditions">The offered conditions stand in the document.</param>
public sealed record GenerationOptions(int Several = 3, bool WithConditions = false)
{
    /// <summary>Nothing is generalised.</summary>
    public const int Never = int.MaxValue;
}
