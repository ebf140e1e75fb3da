using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Steps;

namespace Nullius.Gateway;

/// <summary>What a step says about the way of a request.</summary>
internal enum StepResult
{
    Continue,
    /// <summary>Not to be forwarded: <see cref="GateRequest.Refusal"/> says why.</summary>
    Refused,
    /// <summary>The step has answered.</summary>
    Answered,
    /// <summary>Another request stands in this one's place and begins anew.</summary>
    Again,
}

internal interface IStep
{
    /// <summary>Where the step's time is counted.</summary>
    Stage? Stage { get; }

    ValueTask<StepResult> RunAsync(GateRequest request);
}

/// <summary>The way of a request, as a list.</summary>
internal sealed class GatewayPipeline(GateCore core, RequestDelegate inProcess)
{
    private readonly IStep[] _steps =
    [
        new Receive(core),
        new Authenticate(core),
        new AttachDevice(core),
        new AssessRisk(),
        new Decide(core),
        new Enforce(),
        new Steps.Audit(core),
        new Forward(core, inProcess),
    ];

    private readonly Refuse _refuse = new(core);
    private readonly Complete _complete = new(core);
    private readonly DefaultObjectPool<GateRequest> _requests = new(new RequestPolicy(), 1024);

    /// <summary>One request from its first step to its last record. The only frame between the server and a step: each one more is suspended and resumed with every request.</summary>
    public async Task RunAsync(HttpContext http)
    {
        var request = Begin(http);
        try
        {
            var again = false;
            for (var next = 0; next < _steps.Length; next++)
            {
                var result = await _steps[next].RunAsync(request);
                if (_steps[next].Stage is { } stage)
                    request.Clock.End(stage, core.Time.GetTimestamp());
                if (result == StepResult.Continue)
                    continue;
                if (result == StepResult.Refused)
                    await _refuse.RunAsync(request);
                // What stands in another's place goes the whole way, and nothing stands in its own.
                if (result != StepResult.Again || again)
                    break;
                again = true;
                Restart(request, http);
                next = -1;
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away: there is nobody to answer.
        }
        catch (Exception fault)
        {
            await _refuse.AfterFaultAsync(request, fault);
        }
        finally
        {
            End(request, http);
        }
    }

    private GateRequest Begin(HttpContext http)
    {
        var request = _requests.Get();
        request.Http = http;
        request.Clock.Begin(core.Time.GetTimestamp());
        http.Features.Set(request);
        core.CountRequest();
        return request;
    }

    private void Restart(GateRequest request, HttpContext http)
    {
        request.Reset();
        request.Http = http;
        request.Clock.Begin(core.Time.GetTimestamp());
    }

    private void End(GateRequest request, HttpContext http)
    {
        try
        {
            _complete.Run(request);
        }
        finally
        {
            http.Features.Set<GateRequest>(null);
            request.Reset();
            _requests.Return(request);
        }
    }

    private sealed class RequestPolicy : PooledObjectPolicy<GateRequest>
    {
        public override GateRequest Create() => new();

        public override bool Return(GateRequest obj) => true;
    }
}
