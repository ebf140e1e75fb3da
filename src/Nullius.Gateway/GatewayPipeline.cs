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
internal sealed class GatewayPipeline(GateCore core, Microsoft.AspNetCore.Http.RequestDelegate inProcess)
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

    public async Task RunAsync(GateRequest request)
    {
        try
        {
            if (await WalkAsync(request) != StepResult.Again)
                return;
            var http = request.Http;
            request.Reset();
            request.Http = http;
            request.Clock.Begin(core.Time.GetTimestamp());
            await WalkAsync(request);
        }
        catch (OperationCanceledException) when (request.Http.RequestAborted.IsCancellationRequested)
        {
            // The client went away: there is nobody to answer.
        }
        catch (Exception fault)
        {
            await _refuse.AfterFaultAsync(request, fault);
        }
        finally
        {
            _complete.Run(request);
        }
    }

    private async ValueTask<StepResult> WalkAsync(GateRequest request)
    {
        foreach (var step in _steps)
        {
            var result = await step.RunAsync(request);
            if (step.Stage is { } stage)
                request.Clock.End(stage, core.Time.GetTimestamp());
            if (result == StepResult.Continue)
                continue;
            if (result == StepResult.Refused)
                await _refuse.RunAsync(request);
            return result;
        }

        return StepResult.Answered;
    }
}
