using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;

namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary>
/// A resource or ARN with wildcards. The first five segments are compared one by one, so that a wildcard in one cannot
/// reach into the next; the sixth takes the rest, colons included (reference: IAM identifiers, ARN condition operators).
/// Holds only what is its own: there are as many of these as a policy names resources, and their beginnings are few.
/// </summary>
internal sealed class ArnPattern
{
    private const int FullSegments = 6;

    private enum Shape : byte
    {
        Malformed,
        All,
        /// <summary>The name is one text.</summary>
        Literal,
        /// <summary>The name ends in the one star that it has.</summary>
        Prefix,
        Segments,
        ShortPrefix,
        Variables,
    }

    private readonly Shape _shape;

    // Null where the pattern is not six segments of text.
    private readonly ArnHead? _head;

    // The sixth segment, or the whole where there is no head; wildcards marked.
    private readonly string _name;

    // The policy's own writing where it cannot be told from the text (a string), or the segments where some hold variables.
    private readonly object? _more;

    internal ArnPattern(string raw, TextTemplate[] segments)
    {
        var text = string.Join(':', segments.Select(s => s.Fixed));
        _shape = Classify(segments, text);
        if (_shape is Shape.Literal or Shape.Prefix or Shape.Segments)
        {
            // By the text's own colons, as the resource's: a segment may hold one in what only looks like a variable.
            var cuts = ArnCuts.Of(text);
            _head = SharedParts.Head(text[cuts.Head]);
            _name = text[cuts.Name..];
        }
        else
        {
            _name = string.Equals(text, raw, StringComparison.Ordinal) ? raw : text;
        }
        if (_shape == Shape.Variables)
            _more = (raw, segments);
        else if (!string.Equals(Written(text), raw, StringComparison.Ordinal))
            _more = raw;
    }

    /// <summary>As the policy wrote it.</summary>
    internal string Raw => _more switch
    {
        string raw => raw,
        (string raw, TextTemplate[]) => raw,
        _ => Written(_head is null ? _name : $"{_head.Text}:{_name}"),
    };

    /// <summary>Neither <c>*</c> nor an ARN: matches nothing, and its opposite matches nothing either.</summary>
    internal bool IsMalformed => _shape == Shape.Malformed;

    internal bool IsAll => _shape == Shape.All;

    private TextTemplate[] Templates => (((string, TextTemplate[] Segments))_more!).Segments;

    /// <summary>What every resource that matches has at the beginning of its name, which follows the fifth colon; empty where that can be anything.</summary>
    /// <param name="ends">True when the name ends there too.</param>
    internal ReadOnlySpan<char> NameBeginning(out bool ends)
    {
        ReadOnlySpan<char> name;
        switch (_shape)
        {
            case Shape.Literal or Shape.Prefix or Shape.Segments:
                name = _name;
                ends = true;
                break;
            case Shape.Variables:
                name = Templates[FullSegments - 1].Fixed;
                ends = !Templates[FullSegments - 1].HasVariables;
                break;
            default:
                ends = false;
                return default;
        }
        var mark = Glob.FirstMark(name);
        ends &= mark < 0;
        return mark < 0 ? name : name[..mark];
    }

    /// <summary>Six segments or more that begin with <c>arn:</c>.</summary>
    internal static bool IsArn(ReadOnlySpan<char> text) => ArnCuts.Of(text).IsArn;

    /// <summary>Whether <paramref name="arn"/> matches. Only <c>*</c> matches what is not an ARN.</summary>
    internal Ternary Matches(ReadOnlySpan<char> arn, ref AwsFrame frame) => Matches(arn, ArnCuts.Of(arn), ref frame);

    /// <param name="cuts">Of <paramref name="arn"/>.</param>
    internal Ternary Matches(ReadOnlySpan<char> arn, in ArnCuts cuts, ref AwsFrame frame)
    {
        if (_shape == Shape.All)
            return Ternary.True;
        if (!cuts.IsArn || _shape == Shape.Malformed)
            return Ternary.False;
        if (_head is not null)
            return TernaryLogic.Of(MatchesName(arn[cuts.Name..]) && _head.Matches(arn, cuts));
        return _shape == Shape.Variables ? MatchesTemplates(arn, ref frame) : TernaryLogic.Of(MatchesShort(arn));
    }

    /// <summary>Whether a variable in it has no value for this request, so that it names nothing.</summary>
    internal bool LacksValue(ref AwsFrame frame)
    {
        if (_shape != Shape.Variables)
            return false;
        foreach (var segment in Templates)
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
        var name = text.AsSpan(ArnCuts.Of(text).Name);
        var mark = Glob.FirstMark(name);
        if (mark < 0)
            return Shape.Literal;
        return mark == name.Length - 1 && name[mark] == Glob.Star ? Shape.Prefix : Shape.Segments;
    }

    private static bool IsArnStart(string first, int count) => first == "arn" || (count == 1 && first.StartsWith("arn", StringComparison.Ordinal));

    private static string Written(string text) =>
        Glob.FirstMark(text) < 0 ? text : text.Replace(Glob.Star, '*').Replace(Glob.One, '?');

    private bool MatchesName(ReadOnlySpan<char> name) => _shape switch
    {
        Shape.Literal => name.SequenceEqual(_name),
        Shape.Prefix => name.StartsWith(_name.AsSpan(0, _name.Length - 1)),
        _ => Glob.Matches(_name, name),
    };

    // Fewer segments than an ARN has: the last of the pattern takes the rest of the ARN.
    private bool MatchesShort(ReadOnlySpan<char> arn)
    {
        ReadOnlySpan<char> pattern = _name;
        for (var end = pattern.IndexOf(':'); end >= 0; end = pattern.IndexOf(':'))
        {
            var colon = arn.IndexOf(':');
            if (!Glob.Matches(pattern[..end], arn[..colon]))
                return false;
            pattern = pattern[(end + 1)..];
            arn = arn[(colon + 1)..];
        }
        return Glob.Matches(pattern, arn);
    }

    private Ternary MatchesTemplates(ReadOnlySpan<char> arn, ref AwsFrame frame)
    {
        var result = Ternary.True;
        var templates = Templates;
        for (var i = 0; i < templates.Length; i++)
        {
            var colon = i == templates.Length - 1 ? -1 : arn.IndexOf(':');
            var segment = colon < 0 ? arn : arn[..colon];
            // INVARIANT: as the index: what it does not find under a name's beginning is no match, whatever else is filed there.
            result = templates[i].IsRuledOut(segment) ? Ternary.False : result.And(templates[i].MatchesGlob(segment, ref frame));
            if (result == Ternary.False)
                return Ternary.False;
            if (colon >= 0)
                arn = arn[(colon + 1)..];
        }
        return result;
    }
}
