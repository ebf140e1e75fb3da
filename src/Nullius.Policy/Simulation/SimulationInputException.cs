namespace Nullius.Policy.Simulation;

/// <summary>A case that cannot be decided because its input is malformed: what is wrong, and where in the case.</summary>
/// <param name="code">Stable, kebab-case: <c>unknown-field</c>, <c>wrong-type</c>, <c>duplicate-key</c>, <c>missing-field</c>, …</param>
/// <param name="message">One line: what is wrong and what was expected, user input in backticks.</param>
/// <param name="jsonPath">Where in the case: <c>$.policies.allow[0].bindings[1].role</c>; <c>$</c> for the case itself.</param>
public sealed class SimulationInputException(string code, string message, string jsonPath) : Exception(message)
{
    /// <summary>Stable, kebab-case.</summary>
    public string Code { get; } = code;

    /// <summary>Where in the case, as a JSON path from <c>$</c>.</summary>
    public string JsonPath { get; } = jsonPath;
}
