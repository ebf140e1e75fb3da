using System.Text.Json;
using Nullius.Policy.Cel.Checking;
using Nullius.Policy.Cel.Evaluation;
using Nullius.Policy.Cel.Values;
using Nullius.Policy.Simulation;

namespace Nullius.Policy.Cel;

/// <summary>
/// One expression of the Common Expression Language, on its own: parsed once, checked and evaluated against variables
/// given as JSON. Immutable, thread-safe. Source: the CEL language definition.
/// </summary>
public sealed class CelExpression
{
    private readonly string _text;

    private CelExpression(string text) => _text = text;

    /// <summary>Null when the text is no expression; <paramref name="error"/> then says what is wrong and where.</summary>
    public static CelExpression? Parse(string text, out CelError? error)
    {
        var program = CelProgram.Compile(text, new CelEnvironment([]), out error);
        return program is null ? null : new CelExpression(text);
    }

    /// <summary>What does not fit: undeclared names, functions that do not take those types. Empty when the expression checks.</summary>
    /// <param name="variables">A JSON object: its members are the variables, of dynamic type.</param>
    /// <exception cref="SimulationInputException"><paramref name="variables"/> is not an object of distinct names.</exception>
    public IReadOnlyList<CelError> Check(JsonElement variables) => Compile(variables, out _).Problems;

    /// <summary>
    /// Evaluates. What the checker finds does not stop it (the specification's unchecked evaluation): such a part fails when it is reached.
    /// </summary>
    /// <param name="variables">A JSON object. Numbers without fraction are ints, others doubles; <c>{"$unknown": true}</c> is a value that is not established.</param>
    /// <exception cref="SimulationInputException"><paramref name="variables"/> is not an object of distinct names.</exception>
    public CelResult Evaluate(JsonElement variables)
    {
        var program = Compile(variables, out var values);
        return new CelResult(program, program.Evaluate(values));
    }

    private CelProgram Compile(JsonElement variables, out JsonVariables values)
    {
        values = new JsonVariables(variables);
        return CelProgram.Compile(_text, new CelEnvironment(values.Names.Select(n => (n, CelType.Dyn))), out _)!;
    }

    private sealed class JsonVariables : ICelVariables
    {
        private readonly List<CelValue> _values = [];

        internal JsonVariables(JsonElement json)
        {
            if (json.ValueKind != JsonValueKind.Object)
                throw new SimulationInputException("wrong-type", "the variables are not an object, expected `{\"name\": value}`", "$");
            JsonDuplicates.Refuse(json, "$");
            foreach (var member in json.EnumerateObject())
            {
                Names.Add(member.Name);
                _values.Add(IsUnknown(member.Value) ? CelValue.Unknown(member.Name) : CelJson.Read(member.Value));
            }
        }

        internal List<string> Names { get; } = [];

        public CelValue Get(int slot) => _values[slot];

        private static bool IsUnknown(JsonElement value) =>
            value.ValueKind == JsonValueKind.Object && value.GetPropertyCount() == 1 && value.TryGetProperty("$unknown", out var flag) && flag.ValueKind == JsonValueKind.True;
    }
}
