using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Deciding;
using Nullius.Gateway.Forwarding;
using Nullius.Gateway.Live;
using Nullius.Gateway.Reception;
using Nullius.Gateway.Recording;
using Yarp.ReverseProxy.Forwarder;

namespace Nullius.Gateway.Steps;

/// <summary>Sends the request on: to the application, or in-process to the platform's own pages. From here to its end it is registered as live.</summary>
internal sealed class Forward(GateCore core, RequestDelegate inProcess) : IStep
{
    public Stage? Stage => null;

    public ValueTask<StepResult> RunAsync(GateRequest request)
    {
        var live = new LiveConnection(request);
        if (request.ValidUntil is { } until)
            live.ValidUntilTicks = until.UtcTicks;
        request.Live = live;
        core.Live.Add(live);
        // What changed after the decision and before the registration was told to nobody: it is looked for here.
        lock (live.Gate)
        {
            request.Refusal = Redecision.IsCurrent(core, request) ? RefusalReason.None : Redecision.Decide(core, request);
            if (request.Refusal != RefusalReason.None)
                return new(StepResult.Refused);
        }

        return request.Route!.Upstream is { } upstream ? SendAsync(request, upstream) : DispatchAsync(request);
    }

    private async ValueTask<StepResult> DispatchAsync(GateRequest request)
    {
        var http = request.Http;
        http.Request.Path = new PathString(Uri.UnescapeDataString(request.Canonical.Path));
        request.Live!.Answering(new Resettable(Aborter.For(http, request.Live)));
        await inProcess(http);
        return StepResult.Answered;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<StepResult> SendAsync(GateRequest request, Upstream upstream)
    {
        var http = request.Http;
        var live = request.Live!;
        Prepare(request);
        var config = request.IsUpgrade ? upstream.WebSocket : IsLong(request) ? upstream.Live : upstream.Ordinary;
        using var unanswered = ReferenceEquals(config, upstream.Ordinary) ? null : CancellationTokenSource.CreateLinkedTokenSource(live.Sending);
        unanswered?.CancelAfter(upstream.Config.ActivityTimeout);
        request.Unanswered = unanswered;
        var error = await core.Forwarder.SendAsync(http, upstream.Prefix, upstream.Invoker, config, request.Transformer ??= new(core, request), unanswered?.Token ?? live.Sending);
        if (error == ForwarderError.None)
            return StepResult.Answered;
        request.ForwarderError = error;
        if (http.Response.HasStarted)
            return StepResult.Answered;
        http.Response.Clear();
        request.Refusal = live.CutFor != RefusalReason.None ? live.CutFor : error switch
        {
            ForwarderError.RequestTimedOut => RefusalReason.UpstreamSlow,
            _ when Unreadable(http) is var fault and not RequestFault.None => Malformed(request, fault),
            _ when unanswered is { IsCancellationRequested: true } && !live.Sending.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested => RefusalReason.UpstreamSlow,
            _ => http.RequestAborted.IsCancellationRequested ? RefusalReason.None : RefusalReason.UpstreamUnreachable,
        };
        return request.Refusal == RefusalReason.None ? StepResult.Answered : StepResult.Refused;
    }

    // The server reads a body while it is sent on: what is wrong with it is found out late, and is the client's.
    private static RequestFault Unreadable(HttpContext http)
    {
        for (var fault = http.Features.Get<IForwarderErrorFeature>()?.Exception; fault is not null; fault = fault.InnerException)
        {
            if (fault is BadHttpRequestException bad)
                return bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? RequestFault.BodyTooLarge : RequestFault.Body;
        }

        return RequestFault.None;
    }

    private static RefusalReason Malformed(GateRequest request, RequestFault fault)
    {
        request.Fault = fault;
        return RefusalReason.Malformed;
    }

    private void Prepare(GateRequest request)
    {
        var http = request.Http;
        var route = request.Route!;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = route.Config.MaxRequestBody;
        if (!request.IsUpgrade && !IsLong(request))
            return;
        // A stream that is silent for a while is not a slow-loris: it ends with its decision.
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } requestRate)
            requestRate.MinDataRate = null;
        if (request.IsUpgrade)
            UpgradeGuard.Install(core, request);
    }

    private static bool IsLong(GateRequest request)
    {
        if (request.IsGrpc)
            return true;
        var accept = request.Http.Request.Headers.Accept;
        return accept.Count == 1 && accept[0]!.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
    }

    private sealed class Resettable(Action abort) : ICut
    {
        public void Cut() => abort();
    }
}
