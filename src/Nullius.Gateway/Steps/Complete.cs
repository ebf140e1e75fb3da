using Nullius.Audit;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Recording;
using Yarp.ReverseProxy.Forwarder;

namespace Nullius.Gateway.Steps;

/// <summary>Takes a request that went on out of the registry, and writes down how it ended.</summary>
internal sealed class Complete(GateCore core)
{
    public void Run(GateRequest request)
    {
        if (request.Live is not { } live)
            return;
        lock (live.Gate)
            live.Ended = true;
        core.Live.Remove(live);
        try
        {
            var bytes = request.Answer?.Bytes ?? request.Socket?.BytesToClient ?? 0;
            GateRecords.AppendCompletion(core, request, request.Http.Response.StatusCode, bytes, core.Time.GetElapsedTime(request.Clock.Start), WhyClosed(request, live.CutFor));
        }
        catch (AuditUnavailableException fault)
        {
            GateLog.RecordFailed(core.Log, request.Reference, fault.Message);
        }
    }

    private static string WhyClosed(GateRequest request, RefusalReason cut)
    {
        if (cut != RefusalReason.None)
            return cut.Code();
        // An answer that broke off is broken off for the client too: that its request is aborted then says nothing of the client.
        if (request.ForwarderError is not (ForwarderError.RequestBodyDestination or ForwarderError.ResponseBodyDestination or ForwarderError.ResponseHeaders
                or ForwarderError.UpgradeRequestDestination or ForwarderError.UpgradeResponseDestination)
            && request.Http.RequestAborted.IsCancellationRequested)
            return "client-gone";
        return request.ForwarderError switch
        {
            ForwarderError.None => request.Refusal == RefusalReason.None ? "completed" : request.Refusal.Code(),
            ForwarderError.RequestTimedOut or ForwarderError.UpgradeActivityTimeout => "application-slow",
            ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient or ForwarderError.ResponseBodyCanceled
                or ForwarderError.ResponseBodyClient or ForwarderError.UpgradeRequestCanceled or ForwarderError.UpgradeRequestClient
                or ForwarderError.UpgradeResponseCanceled or ForwarderError.UpgradeResponseClient => "client-gone",
            _ => "application-failed",
        };
    }
}
