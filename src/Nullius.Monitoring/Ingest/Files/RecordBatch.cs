namespace Nullius.Monitoring.Ingest.Files;

/// <summary>A piece of a file on its way from the thread that reads to one that parses: whole lines, or records cut out of a document.</summary>
internal sealed class RecordBatch(string file, byte[] buffer, int length, long firstLine, List<RecordSpan>? records)
{
    internal string File { get; } = file;

    internal byte[] Buffer { get; } = buffer;

    internal int Length { get; } = length;

    /// <summary>The line on which the piece begins.</summary>
    internal long FirstLine { get; } = firstLine;

    /// <summary>Null: one record a line.</summary>
    internal List<RecordSpan>? Records { get; } = records;
}

/// <summary>One record in a batch.</summary>
internal readonly record struct RecordSpan(int Start, int Length, long Line);
