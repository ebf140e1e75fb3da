using Nullius.Audit;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Decisions;
using Nullius.Gateway.Recording;

namespace Nullius.Gateway.Steps;

/// <summary>The one place where a refusal is recorded and answered.</summary>
internal sealed class Refuse(GateCore core)
{
    private readonly RefusalWriter _writer = new(core);

    public async Task RunAsync(GateRequest request)
    {
        core.CountRefusal();
        Record(request);
        if (!request.Http.Response.HasStarted)
            await _writer.WriteAsync(request);
    }

    /// <summary>A bug denies (law 1): what was begun is reset, what was not is refused.</summary>
    public async Task AfterFaultAsync(GateRequest request, Exception fault)
    {
        GateLog.RequestFailed(core.Log, request.Reference, fault);
        if (request.Http.Response.HasStarted)
        {
            request.Http.Abort();
            return;
        }

        request.Http.Response.Clear();
        request.Refusal = fault is Microsoft.AspNetCore.Http.BadHttpRequestException ? RefusalReason.Malformed : RefusalReason.Fault;
        await RunAsync(request);
    }

    internal void Record(GateRequest request)
    {
        // A refusal that anyone on the network can cause is counted once there are many (law 6).
        var vouched = request.Person is not null && request.Refusal != RefusalReason.Malformed || request.Asked is { Protocol: Asking.DecisionProtocol.AuthZen };
        if (!vouched && !core.Tally.Admit(request, request.Refusal))
            return;
        try
        {
            GateRecords.AppendDecision(core, request, request.Refusal);
        }
        catch (AuditUnavailableException fault)
        {
            // Nothing is forwarded, so nothing goes unrecorded but the refusal.
            GateLog.RecordFailed(core.Log, request.Reference, fault.Message);
        }

        if (vouched)
            core.Decisions.Publish(DecisionEvents.Of(core, request, request.Refusal));
    }
}
