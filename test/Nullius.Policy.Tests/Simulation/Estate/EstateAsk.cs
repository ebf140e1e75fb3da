using System.Text;
using System.Text.Json;
using Nullius.Policy.Simulation;
using Nullius.Policy.Simulation.Estate;
using Xunit;

namespace Nullius.Policy.Tests.Simulation.Estates;

/// <summary>Asks an estate made of texts, each with the name of its file.</summary>
internal sealed class EstateAsk
{
    private readonly Estate _estate = new();

    internal Estate Estate => _estate;

    internal EstateAsk With(string file, string text)
    {
        Assert.True(_estate.Add(file, Encoding.UTF8.GetBytes(text)), file);
        return this;
    }

    internal SimulationAnswer Answer(string principal, string action, string resource, params string[] context)
    {
        var pairs = context.GroupBy(c => c[..c.IndexOf('=')]).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(c => c[(c.IndexOf('=') + 1)..])]);
        var answer = new PolicySimulator().Decide(Encoding.UTF8.GetBytes(_estate.CaseFor(new EstateQuestion(principal, action, resource, pairs))));
        Assert.True(answer.Outcome != SimulationOutcome.Error, answer.Detail);
        return answer;
    }

    /// <summary>The decision, and what is named as missing or unknown.</summary>
    internal string Ask(string principal, string action, string resource, params string[] context)
    {
        var answer = Answer(principal, action, resource, context);
        var json = JsonElement.Parse(answer.Json.Span);
        var names = new[] { "missing", "unknown", "missingContext" }.SelectMany(n => json.TryGetProperty(n, out var list) ? list.EnumerateArray().Select(i => i.GetString()) : []);
        return $"{answer.Decision} {string.Join(", ", names)}".Trim();
    }
}
