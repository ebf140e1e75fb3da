namespace Nullius.Monitoring.Ingest;

/// <summary>Something in a file that could not be read; the rest of it was.</summary>
/// <param name="File">As it was named.</param>
/// <param name="Line">1-based; 0 for the file as a whole.</param>
/// <param name="Message">One line: what is wrong and what was expected.</param>
public sealed record IngestNote(string File, long Line, string Message)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Message}" : $"{File}: {Message}";
}

/// <summary>What reading came to.</summary>
/// <param name="Files">Files that were read.</param>
/// <param name="Bytes">Bytes of them, as stored.</param>
/// <param name="Records">Records that were understood; one may hold several requests, or none.</param>
/// <param name="Requests">Requests that were handed on.</param>
/// <param name="Passed">Records that were understood and describe no request, such as completion records and periodic events.</param>
/// <param name="Bad">Records, lines and files that could not be read; each has a note, or would have one had there not been too many.</param>
/// <param name="Notes">The first notes, in order of file and line.</param>
public sealed record IngestSummary(int Files, long Bytes, long Records, long Requests, long Passed, long Bad, IReadOnlyList<IngestNote> Notes);
