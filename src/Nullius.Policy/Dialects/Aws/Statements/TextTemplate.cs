using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary>One stretch of a template: literal text (wildcards marked), or a variable with an optional default.</summary>
/// <param name="Literal">The text; of a variable its name as the policy wrote it.</param>
internal readonly record struct TemplatePart(string? Literal, ConditionKey? Key, string? Default);

/// <summary>
/// Policy text that may hold variables and wildcards (reference: IAM policy elements: Variables and tags). What is
/// substituted is literal: a <c>*</c> in a value is a character.
/// </summary>
internal sealed class TextTemplate
{
    private readonly TemplatePart[]? _parts;

    internal TextTemplate(string raw, string fixedText)
    {
        Raw = raw;
        Fixed = fixedText;
        HasMarks = Glob.FirstMark(fixedText) >= 0;
    }

    internal TextTemplate(string raw, TemplatePart[] parts)
    {
        Raw = raw;
        _parts = parts;
        Fixed = parts[0].Key is null ? parts[0].Literal! : "";
        HasMarks = true;
    }

    /// <summary>As the policy wrote it.</summary>
    internal string Raw { get; }

    /// <summary>The whole text when there is no variable, otherwise the literal before the first one.</summary>
    internal string Fixed { get; }

    internal bool HasVariables => _parts is not null;

    internal bool HasMarks { get; }

    internal IReadOnlyList<TemplatePart> Parts => _parts ?? [];

    internal bool LacksValue(ref AwsFrame frame)
    {
        if (_parts is null)
            return false;
        var expansion = new TemplateExpansion(stackalloc char[TemplateExpansion.InitialLength]);
        var status = expansion.TryExpand(_parts, ref frame);
        expansion.Release();
        return status == Ternary.False;
    }

    /// <summary>Whether the text before the first variable or wildcard already differs: then no value makes it match, known or not.</summary>
    internal bool IsRuledOut(ReadOnlySpan<char> text)
    {
        var mark = Glob.FirstMark(Fixed);
        return !text.StartsWith(mark < 0 ? Fixed : Fixed.AsSpan(0, mark));
    }

    /// <summary>Compares with wildcards. A variable without a value matches nothing; one that is unknown leaves it unknown.</summary>
    internal Ternary MatchesGlob(scoped ReadOnlySpan<char> text, ref AwsFrame frame)
    {
        if (_parts is null)
            return TernaryLogic.Of(HasMarks ? Glob.Matches(Fixed, text) : text.SequenceEqual(Fixed));
        var expansion = new TemplateExpansion(stackalloc char[TemplateExpansion.InitialLength]);
        var status = expansion.TryExpand(_parts, ref frame);
        var result = status == Ternary.True ? TernaryLogic.Of(Glob.Matches(expansion.Text, text)) : status;
        expansion.Release();
        return result;
    }

    /// <summary>Compares the whole text; nothing is a wildcard.</summary>
    internal Ternary MatchesText(scoped ReadOnlySpan<char> text, bool ignoreCase, ref AwsFrame frame)
    {
        var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (_parts is null)
            return TernaryLogic.Of(text.Equals(Fixed, comparison));
        var expansion = new TemplateExpansion(stackalloc char[TemplateExpansion.InitialLength]);
        var status = expansion.TryExpand(_parts, ref frame);
        var result = status == Ternary.True ? TernaryLogic.Of(text.Equals(expansion.Text, comparison)) : status;
        expansion.Release();
        return result;
    }
}
