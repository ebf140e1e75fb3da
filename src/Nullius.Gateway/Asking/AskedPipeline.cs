using Microsoft.AspNetCore.Http;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Reception;
using Nullius.Gateway.Steps;

namespace Nullius.Gateway.Asking;

/// <summary>The way of a request that another enforcement point holds, as a list: that of the gate's own up to the record.</summary>
internal sealed class AskedPipeline(GateCore core)
{
    private readonly IStep[] _steps =
    [
        new Receive(core),
        new MayAsk(),
        new Authenticate(core),
        new AttachDevice(core),
        new AssessRisk(),
        new Decide(core),
        new Enforce(),
        new Steps.Audit(core),
    ];

    private readonly Refuse _refuse = new(core);

    public async Task<AskedAnswer> RunAsync(DecisionCaller caller, AskedRequest asked, CancellationToken cancellation)
    {
        var request = new GateRequest { Asked = caller };
        request.Clock.Begin(core.Time.GetTimestamp());
        core.CountRequest();
        var http = AskedHttp.Make(asked, core.Time.GetUtcNow(), cancellation);
        if (http is null)
        {
            http = new DefaultHttpContext { RequestAborted = cancellation };
            http.Response.Body = new MemoryStream();
            request.Http = http;
            request.Snapshot = core.Snapshot;
            request.Now = core.Time.GetUtcNow();
            request.Reference = core.References.Next();
            (request.Fault, request.Refusal) = (RequestFault.Transport, RefusalReason.Malformed);
            await _refuse.RunAsync(request);
            return Refused(request, http);
        }

        request.Http = http;
        try
        {
            return await WalkAsync(request) ? Allowed(request) : Refused(request, http);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            http.Response.Body = new MemoryStream();
            await _refuse.AfterFaultAsync(request, fault);
            return Refused(request, http);
        }
    }

    private async Task<bool> WalkAsync(GateRequest request)
    {
        foreach (var step in _steps)
        {
            var result = await step.RunAsync(request);
            if (step.Stage is { } stage)
                request.Clock.End(stage, core.Time.GetTimestamp());
            if (result == StepResult.Continue)
                continue;
            // INVARIANT: whatever is not a way through all steps is a refusal, also a step that answered by itself.
            if (result != StepResult.Refused)
                request.Refusal = RefusalReason.UnknownPath;
            await _refuse.RunAsync(request);
            return false;
        }

        return request.Session is not null;
    }

    private AskedAnswer Allowed(GateRequest request)
    {
        var identity = IdentityHeaders.Of(core, request);
        return new AskedAnswer
        {
            Allowed = true,
            Status = StatusCodes.Status200OK,
            Reference = request.Reference,
            Headers = identity.Set,
            Remove = identity.Remove,
            Cookie = identity.Cookie,
            Authorization = identity.Authorization,
        };
    }

    private static AskedAnswer Refused(GateRequest request, DefaultHttpContext http) => new()
    {
        Allowed = false,
        Status = http.Response.StatusCode is >= 300 and <= 599 and var status ? status : StatusCodes.Status403Forbidden,
        Reference = request.Reference,
        Headers = [.. http.Response.Headers.Where(header => !string.Equals(header.Key, "Content-Length", StringComparison.OrdinalIgnoreCase))
            .SelectMany(header => header.Value, (header, value) => KeyValuePair.Create(header.Key, value ?? ""))],
        Body = AskedHttp.BodyOf(http),
    };
}
