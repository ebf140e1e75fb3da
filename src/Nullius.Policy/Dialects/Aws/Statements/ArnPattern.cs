using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;

namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary>
/// A resource or ARN with wildcards. The first five segments are compared one by one, so that a wildcard in one cannot
/// reach into the next; the sixth takes the rest, colons included (reference: IAM identifiers, ARN condition operators).
/// Holds its text once: there are as many of these as a policy names resources.
/// </summary>
internal sealed class ArnPattern
{
    private const int FullSegments = 6;

    private enum Shape : byte
    {
        Malformed,
        All,
        Literal,
        Prefix,
        Segments,
        ShortPrefix,
        Variables,
    }

    private readonly Shape _shape;

    // Wildcards marked; where nothing is marked, the very string that the policy wrote.
    private readonly string _text;

    // The policy's own writing where it cannot be told from the text, and the segments where some hold variables.
    private readonly string? _raw;
    private readonly TextTemplate[]? _templates;

    internal ArnPattern(string raw, TextTemplate[] segments)
    {
        var text = string.Join(':', segments.Select(s => s.Fixed));
        _shape = Classify(segments, text);
        _text = string.Equals(text, raw, StringComparison.Ordinal) ? raw : text;
        _raw = _shape != Shape.Variables && string.Equals(Written(_text), raw, StringComparison.Ordinal) ? null : raw;
        _templates = _shape == Shape.Variables ? segments : null;
    }

    /// <summary>As the policy wrote it.</summary>
    internal string Raw => _raw ?? Written(_text);

    /// <summary>Neither <c>*</c> nor an ARN: matches nothing, and its opposite matches nothing either.</summary>
    internal bool IsMalformed => _shape == Shape.Malformed;

    internal bool IsAll => _shape == Shape.All;

    /// <summary>What every resource that matches has at the beginning of its name, which follows the fifth colon; empty where that can be anything.</summary>
    /// <param name="whole">True when the first word of that name is all there.</param>
    internal ReadOnlySpan<char> NameBeginning(out bool whole)
    {
        whole = false;
        var name = _shape switch
        {
            Shape.Literal or Shape.Prefix or Shape.Segments => NameOf(_text),
            Shape.Variables => _templates![FullSegments - 1].Fixed,
            _ => default,
        };
        var mark = Glob.FirstMark(name);
        if (mark >= 0)
            name = name[..mark];
        whole = NameTable.WordOf(name).Length < name.Length
            || (mark < 0 && _shape != Shape.All && IsLiteralName());
        return name;
    }

    private bool IsLiteralName() => _shape switch
    {
        Shape.Literal or Shape.Prefix or Shape.Segments => true,
        Shape.Variables => !_templates![FullSegments - 1].HasVariables,
        _ => false,
    };

    /// <summary>What follows the fifth colon.</summary>
    internal static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> arn)
    {
        for (var i = 1; i < FullSegments; i++)
            arn = arn[(arn.IndexOf(':') + 1)..];
        return arn;
    }

    /// <summary>Six segments or more that begin with <c>arn:</c>.</summary>
    internal static bool IsArn(ReadOnlySpan<char> text) => text.StartsWith("arn:") && text.Count(':') >= FullSegments - 1;

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
                return TernaryLogic.Of(arn.StartsWith(_text.AsSpan(0, _text.Length - 1)));
            case Shape.Segments:
            case Shape.ShortPrefix:
                return TernaryLogic.Of(IsArn(arn) && MatchesSegments(arn));
            case Shape.Variables:
                return IsArn(arn) ? MatchesTemplates(arn, ref frame) : Ternary.False;
            case Shape.Malformed:
            default:
                return Ternary.False;
        }
    }

    /// <summary>Whether a variable in it has no value for this request, so that it names nothing.</summary>
    internal bool LacksValue(ref AwsFrame frame)
    {
        if (_templates is null)
            return false;
        foreach (var segment in _templates)
        {
            if (segment.LacksValue(ref frame))
                return true;
        }
        return false;
    }

    private static Shape Classify(TextTemplate[] segments, string text)
    {
        if (segments.Any(s => s.HasVariables))
            return segments.Length == FullSegments ? Shape.Variables : Shape.Malformed;
        if (text.Length > 0 && text.AsSpan().TrimStart(Glob.Star).IsEmpty)
            return Shape.All;
        if (segments.Length < FullSegments)
            return IsArnStart(segments[0].Fixed, segments.Length) && text.EndsWith(Glob.Star) ? Shape.ShortPrefix : Shape.Malformed;
        if (segments[0].Fixed != "arn")
            return Shape.Malformed;
        var mark = Glob.FirstMark(text);
        if (mark < 0)
            return Shape.Literal;
        return mark == text.Length - 1 && text[mark] == Glob.Star ? Shape.Prefix : Shape.Segments;
    }

    private static bool IsArnStart(string first, int count) => first == "arn" || (count == 1 && first.StartsWith("arn", StringComparison.Ordinal));

    private static string Written(string text) =>
        Glob.FirstMark(text) < 0 ? text : text.Replace(Glob.Star, '*').Replace(Glob.One, '?');

    // The last segment of the pattern takes the rest of the ARN.
    private bool MatchesSegments(ReadOnlySpan<char> arn)
    {
        ReadOnlySpan<char> pattern = _text;
        for (var left = FullSegments - 1; left > 0; left--)
        {
            var end = pattern.IndexOf(':');
            if (end < 0)
                break;
            var colon = arn.IndexOf(':');
            if (!MatchesSegment(pattern[..end], arn[..colon]))
                return false;
            pattern = pattern[(end + 1)..];
            arn = arn[(colon + 1)..];
        }
        return MatchesSegment(pattern, arn);
    }

    private static bool MatchesSegment(ReadOnlySpan<char> pattern, ReadOnlySpan<char> segment) =>
        pattern is [Glob.Star] || pattern.SequenceEqual(segment) || Glob.Matches(pattern, segment);

    private Ternary MatchesTemplates(ReadOnlySpan<char> arn, ref AwsFrame frame)
    {
        var result = Ternary.True;
        for (var i = 0; i < _templates!.Length; i++)
        {
            var colon = i == _templates.Length - 1 ? -1 : arn.IndexOf(':');
            result = result.And(_templates[i].MatchesGlob(colon < 0 ? arn : arn[..colon], ref frame));
            if (result == Ternary.False)
                return Ternary.False;
            if (colon >= 0)
                arn = arn[(colon + 1)..];
        }
        return result;
    }
}
