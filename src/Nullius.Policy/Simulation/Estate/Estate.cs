using System.Text.Json;
using Nullius.Policy.Simulation.Estate.Aws;
using Nullius.Policy.Simulation.Estate.Entra;
using Nullius.Policy.Simulation.Estate.Gcp;

namespace Nullius.Policy.Simulation.Estate;

/// <summary>
/// What exports say about accounts, tenants and organisations of three clouds. Files are recognised by content; a name counts only where a
/// command prints something without saying of what. What is asked and not in the exports makes a decision unknown, and is named.
/// </summary>
public sealed class Estate
{
    internal AwsEstate Aws { get; } = new();

    internal EntraEstate Entra { get; } = new();

    internal GcpEstate Gcp { get; } = new();

    /// <summary>The clouds of which something was read.</summary>
    public IReadOnlyList<EstateCloud> Clouds =>
        [.. new[] { (EstateCloud.Aws, Aws.IsPresent), (EstateCloud.Entra, Entra.IsPresent), (EstateCloud.Gcp, Gcp.IsPresent) }.Where(c => c.Item2).Select(c => c.Item1)];

    /// <summary>Takes one file: one document, an array, or one document after the other. False when nothing in it is known.</summary>
    /// <param name="file">The file's name, without its folder.</param>
    /// <param name="bytes">UTF-8, or UTF-16 with a byte-order mark.</param>
    /// <exception cref="SimulationInputException">It is not JSON, or one of the exports and malformed.</exception>
    public bool Add(string file, ReadOnlySpan<byte> bytes)
    {
        var known = false;
        foreach (var document in ExportJson.Read(bytes))
            known |= Add(document, file);
        return known;
    }

    private bool Add(JsonElement document, string file) => Aws.Add(document, file) | Entra.Add(document, file) | Gcp.Add(document, file);

    /// <summary>What takes no part because the exports do not have it, for people: one line each.</summary>
    public IReadOnlyList<string> Remarks(EstateCloud cloud) => cloud switch
    {
        EstateCloud.Aws => Aws.Remarks(),
        EstateCloud.Entra => Entra.Remarks(),
        EstateCloud.Gcp => Gcp.Remarks(),
    };

    /// <summary>The cloud whose form an action has.</summary>
    public static EstateCloud CloudOf(string action)
    {
        if (action.StartsWith("urn:", StringComparison.Ordinal))
            return EstateCloud.Entra;
        if (action.Contains(".googleapis.com/", StringComparison.Ordinal))
            return EstateCloud.Gcp;
        if (action.Contains(':', StringComparison.Ordinal))
            return EstateCloud.Aws;
        return !action.Contains('/', StringComparison.Ordinal) && action.Split('.').Length >= 3 ? EstateCloud.Gcp : EstateCloud.Entra;
    }

    /// <summary>The case that <c>nullius simulate</c> decides for this question: everything that binds caller, resource and what is above them.</summary>
    /// <exception cref="SimulationInputException">The caller is not in the exports, or the question cannot be read.</exception>
    public string CaseFor(EstateQuestion question) => CloudOf(question.Action) switch
    {
        EstateCloud.Aws => Aws.CaseFor(question),
        EstateCloud.Entra => Entra.CaseFor(question),
        EstateCloud.Gcp => Gcp.CaseFor(question),
    };
}
