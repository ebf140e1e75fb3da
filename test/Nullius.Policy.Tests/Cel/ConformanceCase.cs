using System.Text.Json;
using Nullius.Policy.Cel;
using Nullius.Policy.Cel.Checking;
using Nullius.Policy.Cel.Evaluation;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Tests.Cel;

internal enum ConformanceOutcome
{
    Passed,
    /// <summary>The case needs protobuf messages, or a function or syntax of an extension.</summary>
    NotSupported,
    Failed,
}

/// <summary>Runs one case as its own fields ask: parse, check unless it says not to, evaluate unless it says not to, compare.</summary>
internal sealed class ConformanceCase(JsonElement json)
{
    private readonly JsonElement _test = json.GetProperty("original");

    internal string Name => _test.GetProperty("name").GetString()!;

    internal string Expression => _test.GetProperty("expr").GetString()!;

    private bool Flag(string name) => _test.TryGetProperty(name, out var flag) && flag.GetBoolean();

    internal ConformanceOutcome Run(out string detail)
    {
        detail = "";
        var bindings = new ConformanceBindings();
        CelProgram? program;
        try
        {
            program = CelProgram.Compile(Expression, bindings.Environment(_test), out var syntax);
            if (program is null)
                return Refused(syntax!, out detail);
        }
        catch (NotSupportedException unsupported)
        {
            detail = unsupported.Message;
            return ConformanceOutcome.NotSupported;
        }
        if (Array.Exists(program.Problems, p => p.Code == "not-supported") || UsesExtension(program))
            return Refused(program.Problems[0], out detail);
        if (!Flag("disableCheck") && program.Problems.Length > 0)
            return Refused(program.Problems[0], out detail);
        if (!Flag("disableCheck") && ExpectedType() is { } type && type != program.Type.ToString())
        {
            detail = $"type {program.Type}, expected {type}";
            return ConformanceOutcome.Failed;
        }
        return Flag("checkOnly") ? ConformanceOutcome.Passed : Compare(program.Evaluate(bindings), out detail);
    }

    /// <summary>A name that nothing declares and that the case does not expect to be undeclared: a message type or an extension.</summary>
    private bool UsesExtension(CelProgram program) => !Flag("disableCheck") && !_test.TryGetProperty("evalError", out _)
        && Array.Exists(program.Problems, p => p.Code == "undeclared" || p.Message.StartsWith("`", StringComparison.Ordinal));

    private ConformanceOutcome Refused(CelError error, out string detail)
    {
        detail = error.ToString();
        if (error.Code is "not-supported" or "undeclared" || error.Message.Contains("is not called with", StringComparison.Ordinal))
            return ConformanceOutcome.NotSupported;
        return _test.TryGetProperty("evalError", out _) ? ConformanceOutcome.Passed : ConformanceOutcome.Failed;
    }

    /// <summary>A missing extension is no pass, though the case expects some error.</summary>
    private static bool MeansUndeclared(JsonElement error)
    {
        var text = error.GetRawText();
        return text.Contains("undeclared", StringComparison.Ordinal) || text.Contains("unbound", StringComparison.Ordinal) || text.Contains("unknown variable", StringComparison.Ordinal);
    }

    private string? ExpectedType()
    {
        if (_test.TryGetProperty("typedResult", out var typed) && typed.TryGetProperty("deducedType", out var deduced))
            return ConformanceBindings.TypeOf(deduced).ToString();
        return json.TryGetProperty("type", out var type) ? type.GetString() : null;
    }

    private ConformanceOutcome Compare(in CelValue actual, out string detail)
    {
        detail = $"{CelTypeNames.Of(actual)} {actual}";
        if (_test.TryGetProperty("evalError", out var error))
        {
            if (actual.Kind == CelKind.Error && actual.Fault.Code == "undeclared" && !MeansUndeclared(error))
                return ConformanceOutcome.NotSupported;
            return actual.Kind == CelKind.Error ? ConformanceOutcome.Passed : ConformanceOutcome.Failed;
        }
        if (actual.Kind == CelKind.Error && actual.Fault.Code is "not-supported")
            return ConformanceOutcome.NotSupported;
        CelValue expected = CelValue.True;
        try
        {
            if (_test.TryGetProperty("value", out var value) || (_test.TryGetProperty("typedResult", out var typed) && typed.TryGetProperty("result", out value)))
                expected = ConformanceBindings.ValueOf(value);
        }
        catch (NotSupportedException unsupported)
        {
            detail = unsupported.Message;
            return ConformanceOutcome.NotSupported;
        }
        detail += $", expected {CelTypeNames.Of(expected)} {expected}";
        return ConformanceBindings.AreSame(expected, actual) ? ConformanceOutcome.Passed : ConformanceOutcome.Failed;
    }
}
