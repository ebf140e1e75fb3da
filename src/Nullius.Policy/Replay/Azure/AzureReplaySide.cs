using Nullius.Policy.Conditions;
using Nullius.Policy.Documents;
using Nullius.Policy.Simulation;
using Nullius.Policy.Simulation.Azure;

namespace Nullius.Policy.Replay.Azure;

/// <summary>Role assignments of Azure that recorded operations are decided under.</summary>
public sealed class AzureReplaySide : IReplaySide
{
    /// <summary>The principal of an assignment that is everybody's: a role that is tried before it is assigned.</summary>
    public const string Anyone = "*";

    private readonly AzureRoleSet _roles;

    private AzureReplaySide(AzureRoleSet roles) => _roles = roles;

    /// <summary>Reads <c>roleAssignments</c>, <c>roleDefinitions</c> and <c>denyAssignments</c> as a case of dialect <c>azure</c> has them; null on errors, which are in <paramref name="diagnostics"/>.</summary>
    public static AzureReplaySide? Load(ReadOnlySpan<byte> json, string source, ICollection<PolicyDiagnostic> diagnostics)
    {
        var sink = new DiagnosticSink(source, diagnostics);
        if (LocatedJsonReader.Read(json, sink) is not { } root)
            return null;
        try
        {
            var reader = CaseReader.Open(root, "role assignments");
            var roles = AzureRoleSet.Read(reader);
            reader.Close();
            return new AzureReplaySide(roles);
        }
        catch (SimulationInputException error)
        {
            sink.Error(root, error.Code, $"{error.Message} (`{error.JsonPath}`)");
            return null;
        }
    }

    public bool DependsOnTime => false;

    public bool Reads(string key) => key is "oid" or "appid";

    public IReplayDecider Begin() => new AzureReplayDecider(_roles);
}

internal sealed class AzureReplayDecider(AzureRoleSet roles) : IReplayDecider
{
    private const int MostTold = 3;

    public ReplayAnswer Decide(RecordedRequest request)
    {
        if (!request.IsMapped)
            return new ReplayAnswer(ReplayVerdict.NotDecided, "the record names no operation");
        if (request.Resource is not { } scope)
            return new ReplayAnswer(ReplayVerdict.Unknown, "resource");
        string[] principals = [.. new[] { request.Principal, request.Context.Text("oid"), request.Context.Text("appid"), AzureReplaySide.Anyone }.OfType<string>()];
        // Whose groups the caller is in is in no record.
        var outcome = roles.Evaluate(principals, request.Action, request.IsDataAction, scope, groupsKnown: false);
        return outcome.Result switch
        {
            Ternary.True => new ReplayAnswer(ReplayVerdict.Allow),
            Ternary.False => new ReplayAnswer(ReplayVerdict.Deny),
            Ternary.Unknown => new ReplayAnswer(ReplayVerdict.Unknown, string.Join(", ", outcome.Unknown.Take(MostTold))),
        };
    }
}
