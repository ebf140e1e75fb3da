using System.Text;
using System.Text.Json.Nodes;
using Nullius.Cli.Output;
using Nullius.Policy;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Dialects.Gcp;
using Nullius.Policy.Documents;
using Nullius.Policy.Replay.Azure;
using Nullius.Policy.Simulation.Estate;

namespace Nullius.Cli.Policies;

/// <summary>The policies of one side of a comparison, as they were read; what is null is not given.</summary>
internal sealed record PolicySide
{
    public AwsPolicyLayers? Aws { get; init; }

    public Estate? Estate { get; init; }

    public EntraPolicySet? Entra { get; init; }

    /// <summary>Exports of a directory, which tell who is in which groups.</summary>
    public Estate? Directory { get; init; }

    public GcpPolicySet? Gcp { get; init; }

    public AzureReplaySide? Azure { get; init; }

    /// <summary>Folders and organisations that GCP policies are attached to.</summary>
    public IReadOnlyList<string> Containers { get; init; } = [];

    /// <summary>The gate's configuration file.</summary>
    public string? Gate { get; init; }
}

/// <summary>
/// Reads policies of every dialect, told apart by content: AWS documents and what exports put around them, the policies of a
/// <c>simulate</c> case, account exports, Conditional Access policies and named locations, IAM policies and roles as
/// <c>gcloud</c> prints them, and <c>nullius.yaml</c>. Every error is told with its place.
/// </summary>
/// <param name="enforceReportOnly">Conditional Access policies in report-only state count as enabled: a candidate is asked what it would do.</param>
internal sealed class SideReader(Terminal terminal, bool enforceReportOnly)
{
    private const long MaxFileBytes = 32 * 1024 * 1024;

    private readonly List<PolicyDiagnostic> _diagnostics = [];
    private readonly AwsShelf _aws = new();
    private readonly GcpShelf _gcp = new();
    private readonly AzureShelf _azure = new(terminal);
    private readonly List<(string Source, ReadOnlyMemory<byte> Json)> _access = [];
    private readonly List<(string Source, ReadOnlyMemory<byte> Json)> _locations = [];
    private readonly Estate _estate = new();
    private string? _gate;
    private bool _failed;

    /// <summary>Null when something is wrong, all of which was told.</summary>
    internal PolicySide? Read(IReadOnlyList<string> arguments, string? estate)
    {
        foreach (var file in PolicyArgument.Expand(arguments))
            Read(file);
        if (estate is not null)
        {
            foreach (var file in PolicyArgument.Expand([estate]))
                Read(file, isExport: true);
            if (_estate.Clouds.Count == 0 && _access.Count == 0 && _gcp.IsEmpty)
                Fail($"{estate}: no export is in it, expected the output of `aws iam get-account-authorization-details`");
        }
        var side = new PolicySide
        {
            Aws = _aws.Layers(_diagnostics),
            Estate = HasAccounts ? _estate : null,
            Directory = _estate.Clouds.Contains(EstateCloud.Entra) ? _estate : null,
            Entra = _access.Count > 0 ? EntraPolicySet.Load(_access, _locations, _diagnostics) : null,
            Gcp = _gcp.Load(_diagnostics),
            Azure = _azure.Load(_diagnostics),
            Containers = _gcp.Containers,
            Gate = _gate,
        };
        foreach (var diagnostic in _diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error))
            Fail(diagnostic.ToString());
        return _failed ? null : side;
    }

    /// <param name="isExport">It stands among exports, of which some say nothing of policies.</param>
    private void Read(PolicyFile file, bool isExport = false)
    {
        if (Bytes(file.Path) is not { } bytes)
            return;
        try
        {
            var problems = new List<PolicyDiagnostic>();
            if (!PolicyText.TryReadJson(bytes, file.Path, problems, out var json))
            {
                Fail(problems[0].ToString());
                return;
            }
            var node = JsonNode.Parse(json);
            if (node is JsonObject root && (root.ContainsKey("routes") || root.ContainsKey("domain")))
            {
                _gate = file.Path;
                return;
            }
            if (node is not null && Take(file, node, bytes))
                return;
            if (isExport && _estate.Add(Path.GetFileName(file.Path), bytes))
                return;
            if (isExport)
                terminal.Say($"{file.Path}: is no export that is known, passed over");
            else
                Fail($"{file.Path}: is no policy that is known, expected an AWS document, Conditional Access policies, an IAM policy, an export or nullius.yaml");
        }
        catch (Exception fault) when (fault is System.Text.Json.JsonException or ArgumentException or InvalidOperationException)
        {
            var line = (fault as System.Text.Json.JsonException)?.LineNumber + 1;
            Fail($"{file.Path}{(line is null ? "" : $":{line}")}: not valid JSON, expected a policy");
        }
    }

    private bool Take(PolicyFile file, JsonNode node, byte[] bytes)
    {
        if (node is JsonArray list)
            return list.Count > 0 && list.All(item => item is not null && Take(file, item, Bytes(item)));
        if (node is not JsonObject json)
            return false;
        if (json["policies"] is JsonObject inner && json["request"] is not null || json["policies"] is JsonObject only && (inner = only) is not null && json.Count == 1)
            return Take(file, inner, Bytes(inner));
        if (IsAccess(json))
        {
            _access.Add((file.Path, Enforced(json, bytes)));
            return true;
        }
        if (IsLocation(json))
        {
            _locations.Add((file.Path, bytes));
            return true;
        }
        if (json["conditionalAccess"] is { } access)
        {
            _access.Add((file.Path, Enforced(access, Bytes(access))));
            if (json["namedLocations"] is { } locations)
                _locations.Add((file.Path, Bytes(locations)));
            _azure.Take(file.Path, json);
            return true;
        }
        if (json["value"] is JsonArray values)
            return values.Count > 0 && values.All(item => item is not null && Take(file, item, Bytes(item)));
        return TakeEstate(file, json, bytes) || _azure.Take(file.Path, json) || _gcp.Take(file.Path, json) || _aws.Take(file, json, bytes);
    }

    private bool HasAccounts => _estate.Clouds.Contains(EstateCloud.Aws);

    private bool TakeEstate(PolicyFile file, JsonObject json, byte[] bytes)
    {
        if (!json.ContainsKey("UserDetailList") && !json.ContainsKey("RoleDetailList") && !json.ContainsKey("GroupDetailList") && !json.ContainsKey("Accounts") && !json.ContainsKey("ResourcePolicies"))
            return false;
        return _estate.Add(Path.GetFileName(file.Path), bytes);
    }

    private static bool IsAccess(JsonObject json) => json["conditions"] is JsonObject && (json.ContainsKey("grantControls") || json.ContainsKey("sessionControls") || json.ContainsKey("state"));

    private static bool IsLocation(JsonObject json) => json.ContainsKey("ipRanges") || json.ContainsKey("countriesAndRegions");

    private byte[] Enforced(JsonNode node, byte[] bytes)
    {
        if (!enforceReportOnly)
            return bytes;
        var changed = false;
        foreach (var policy in (node as JsonArray ?? []).Append(node).OfType<JsonObject>())
        {
            if (policy["state"]?.GetValueKind() != System.Text.Json.JsonValueKind.String || policy["state"]!.GetValue<string>() != "enabledForReportingButNotEnforced")
                continue;
            policy["state"] = "enabled";
            changed = true;
            terminal.Say($"`{policy["displayName"]}` is in report-only state: as a candidate it is decided as if it were enabled");
        }
        return changed ? Bytes(node) : bytes;
    }

    private static byte[] Bytes(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());

    private byte[]? Bytes(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
            {
                Fail($"{path}: has more than {MaxFileBytes} bytes");
                return null;
            }
            var bytes = File.ReadAllBytes(path);
            return bytes;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Fail($"{path}: cannot be read: {fault.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }

    private void Fail(string message)
    {
        _failed = true;
        terminal.Say(message);
    }
}
