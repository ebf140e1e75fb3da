using Nullius.Policy.Conditions;

namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary>
/// The first five segments of an ARN pattern. A policy of thousands of statements has few different ones: they are shared
/// (<see cref="SharedParts"/>). A wildcard in one segment cannot reach into the next.
/// </summary>
internal sealed class ArnHead
{
    private readonly Segment[] _segments;
    private readonly bool _literal;

    /// <param name="text">Five segments, wildcards marked, the first of which is <c>arn</c>.</param>
    internal ArnHead(string text)
    {
        Text = text;
        _literal = Glob.FirstMark(text) < 0;
        var segments = text.Split(':');
        _segments = [.. Enumerable.Range(1, 4).Where(i => !IsAny(segments[i])).Select(i => new Segment(i, segments[i], Glob.FirstMark(segments[i]) >= 0))];
    }

    internal string Text { get; }

    internal bool Matches(ReadOnlySpan<char> arn, in ArnCuts cuts)
    {
        if (_literal)
            return arn[cuts.Head].SequenceEqual(Text);
        foreach (var segment in _segments)
        {
            var (start, end) = cuts.Segment(segment.Index);
            var text = arn[start..end];
            if (!(segment.HasMarks ? Glob.Matches(segment.Text, text) : text.SequenceEqual(segment.Text)))
                return false;
        }
        return true;
    }

    private static bool IsAny(string segment) => segment is [Glob.Star];

    private readonly record struct Segment(int Index, string Text, bool HasMarks);
}
