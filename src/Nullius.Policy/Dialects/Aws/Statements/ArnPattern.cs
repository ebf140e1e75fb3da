using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;

namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary>
/// A resource or ARN with wildcards. The first five segments are compared one by one, so that a wildcard in one cannot
/// reach into the next; the sixth takes the rest, colons included (reference: IAM identifiers, ARN condition operators).
/// </summary>
internal sealed class ArnPattern
{
    private enum Shape : byte
    {
        Malformed,
        All,
        Literal,
        Prefix,
        Segments,
        ShortPrefix,
    }

    private readonly Shape _shape;
    private readonly TextTemplate[] _segments;
    private readonly string _text;

    internal ArnPattern(string raw, TextTemplate[] segments)
    {
        Raw = raw;
        _segments = segments;
        _text = string.Join(':', segments.Select(s => s.Fixed));
        _shape = Classify(segments, _text);
        var mark = _shape is Shape.Malformed ? 0 : Glob.FirstMark(IndexableText(segments));
        IndexPrefix = mark < 0 ? IndexableText(segments) : IndexableText(segments)[..mark];
        if (_shape == Shape.Prefix)
            _text = _text[..^1];
    }

    internal string Raw { get; }

    /// <summary>Neither <c>*</c> nor an ARN: matches nothing, and its opposite matches nothing either.</summary>
    internal bool IsMalformed => _shape == Shape.Malformed;

    internal bool IsLiteral => _shape == Shape.Literal;

    internal bool IsAll => _shape == Shape.All;

    /// <summary>Every text that matches begins with this.</summary>
    internal string IndexPrefix { get; }

    internal IReadOnlyList<TextTemplate> Segments => _segments;

    private static string IndexableText(TextTemplate[] segments)
    {
        var text = "";
        for (var i = 0; i < segments.Length; i++)
        {
            text = i == 0 ? segments[i].Fixed : text + ":" + segments[i].Fixed;
            if (segments[i].HasVariables)
                return text + Glob.Star;
        }
        return text;
    }

    private static Shape Classify(TextTemplate[] segments, string text)
    {
        if (segments.Any(s => s.HasVariables))
            return segments.Length == 6 ? Shape.Segments : Shape.Malformed;
        if (text.Length > 0 && text.AsSpan().TrimStart(Glob.Star).IsEmpty)
            return Shape.All;
        if (segments.Length < 6)
            return IsArnStart(segments[0].Fixed, segments.Length) && text.EndsWith(Glob.Star) ? Shape.ShortPrefix : Shape.Malformed;
        if (segments[0].Fixed != "arn")
            return Shape.Malformed;
        var mark = Glob.FirstMark(text);
        if (mark < 0)
            return Shape.Literal;
        return mark == text.Length - 1 && text[mark] == Glob.Star ? Shape.Prefix : Shape.Segments;
    }

    private static bool IsArnStart(string first, int count) => first == "arn" || (count == 1 && first.StartsWith("arn", StringComparison.Ordinal));

    /// <summary>Whether <paramref name="arn"/> matches. Only <c>*</c> matches what is not an ARN.</summary>
    internal Ternary Matches(ReadOnlySpan<char> arn, ref AwsFrame frame)
    {
        switch (_shape)
        {
            case Shape.All:
                return Ternary.True;
            case Shape.Literal:
                return TernaryLogic.Of(arn.SequenceEqual(_text));
            case Shape.Prefix:
                return TernaryLogic.Of(arn.StartsWith(_text));
            case Shape.Segments:
            case Shape.ShortPrefix:
                return IsArn(arn) ? MatchSegments(arn, ref frame) : Ternary.False;
            case Shape.Malformed:
            default:
                return Ternary.False;
        }
    }

    /// <summary>Whether a variable in it has no value for this request, so that it names nothing.</summary>
    internal bool LacksValue(ref AwsFrame frame)
    {
        if (_shape != Shape.Segments)
            return false;
        foreach (var segment in _segments)
        {
            if (segment.LacksValue(ref frame))
                return true;
        }
        return false;
    }

    private Ternary MatchSegments(ReadOnlySpan<char> arn, ref AwsFrame frame)
    {
        var rest = arn;
        var result = Ternary.True;
        for (var i = 0; i < _segments.Length; i++)
        {
            var last = i == _segments.Length - 1;
            var colon = last ? -1 : rest.IndexOf(':');
            var segment = colon < 0 ? rest : rest[..colon];
            result = result.And(_segments[i].MatchesGlob(segment, ref frame));
            if (result == Ternary.False)
                return Ternary.False;
            if (colon >= 0)
                rest = rest[(colon + 1)..];
        }
        return result;
    }

    /// <summary>Six segments or more that begin with <c>arn:</c>.</summary>
    internal static bool IsArn(ReadOnlySpan<char> text) => text.StartsWith("arn:") && text.Count(':') >= 5;
}
