using Nullius.Policy.Cel.Checking;
using Nullius.Policy.Cel.Evaluation;
using Nullius.Policy.Cel.Syntax;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel;

/// <summary>A compiled expression: immutable, thread-safe, evaluated against the variables of one environment.</summary>
internal sealed class CelProgram
{
    private readonly CelEvaluator _root;
    private readonly int _locals;

    private CelProgram(string text, CelEvaluator root, int locals, CelType type, CelError[] problems)
    {
        Text = text;
        _root = root;
        _locals = locals;
        Type = type;
        Problems = problems;
    }

    internal string Text { get; }

    /// <summary>The inferred type; error when a part does not fit.</summary>
    internal CelType Type { get; }

    /// <summary>What the checker found, in the order of the text's tree. Evaluation is possible nevertheless, and fails where they are.</summary>
    internal CelError[] Problems { get; }

    /// <summary>Null when the text is no expression: the only case in which nothing is compiled.</summary>
    internal static CelProgram? Compile(string text, CelEnvironment environment, out CelError? syntaxError)
    {
        syntaxError = null;
        try
        {
            return Compile(text, CelParser.Parse(text), environment);
        }
        catch (CelSyntaxException refused)
        {
            syntaxError = Locate(text, refused.Code, refused.Message, refused.Position);
            return null;
        }
    }

    /// <summary>Compiles a part of a parsed text.</summary>
    internal static CelProgram Compile(string text, CelNode tree, CelEnvironment environment)
    {
        var binder = new CelBinder(environment);
        var bound = binder.Bind(tree);
        return new CelProgram(text, bound.Evaluator, binder.Locals, bound.Type.Settled(), [.. binder.Problems.Select(p => Locate(text, p.Code, p.Message, p.Position))]);
    }

    /// <summary>The value, an error or unknown. Never throws for what the expression does.</summary>
    /// <param name="steps">How much the evaluation may cost; beyond it the result is an error that nothing absorbs.</param>
    internal CelValue Evaluate(ICelVariables variables, long steps = CelLimits.Steps)
    {
        try
        {
            return _root.Evaluate(new CelFrame(variables, _locals, steps));
        }
        catch (CelCostException exceeded)
        {
            return CelValue.Fail("cost", $"{exceeded.Message} of {steps} steps");
        }
    }

    internal CelError Locate(CelFault fault) => Locate(Text, fault.Code, fault.Message, fault.Position);

    private static CelError Locate(string text, string code, string message, int position)
    {
        int line = 1, start = 0;
        for (var i = 0; i < position && i < text.Length; i++)
        {
            if (text[i] != '\n')
                continue;
            line++;
            start = i + 1;
        }
        return new CelError(code, message, line, Math.Max(0, position) - start + 1);
    }
}
