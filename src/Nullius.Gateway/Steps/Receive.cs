using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Reception;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Snapshot;

namespace Nullius.Gateway.Steps;

/// <summary>Makes one canonical request out of the raw one, or refuses it (law 2), and finds its route.</summary>
internal sealed class Receive(GateCore core) : IStep
{
    public Stage? Stage => Recording.Stage.Receive;

    public ValueTask<StepResult> RunAsync(GateRequest request) => new(Run(request));

    private StepResult Run(GateRequest request)
    {
        var http = request.Http;
        request.Now = core.Time.GetUtcNow();
        request.Reference = core.References.Next();
        request.Snapshot = core.Snapshot;
        if (http.Request.Headers.Expect.Count > 0)
            CloseUnasked(http);
        var fault = Read(request, http);
        if (fault != RequestFault.None)
        {
            request.Fault = fault;
            request.Refusal = RefusalReason.Malformed;
            return StepResult.Refused;
        }

        return FindRoute(request);
    }

    private static RequestFault Read(GateRequest request, HttpContext http)
    {
        if (http.Features.Get<GateConnection>() is not { } connection)
            return RequestFault.Transport;
        request.Connection = connection;
        var canonical = request.Canonical;
        var fault = ReadAuthority(http.Request, request);
        if (fault != RequestFault.None)
            return fault;
        fault = HeaderReader.Read(request, http);
        if (fault != RequestFault.None)
            return fault;
        fault = ReadMethod(request, http);
        if (fault != RequestFault.None)
            return fault;
        fault = TargetReader.Read(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, out var path, out var query);
        if (fault != RequestFault.None)
            return fault;
        canonical.Path = path;
        canonical.Query = query;
        canonical.Target = query.Length == 0 ? path : string.Concat(path, query);
        return RequestFault.None;
    }

    // Who was not asked for a body may send it or not (RFC 9110, section 10.1.1): on a connection that went on, what follows would have two readings.
    private static void CloseUnasked(HttpContext http)
    {
        if (HttpProtocol.IsHttp2(http.Request.Protocol))
            return;
        http.Response.OnStarting(static state =>
        {
            var response = (HttpResponse)state;
            if (response.StatusCode >= StatusCodes.Status300MultipleChoices)
                response.Headers.Connection = "close";
            return Task.CompletedTask;
        }, http.Response);
    }

    private static RequestFault ReadMethod(GateRequest request, HttpContext http)
    {
        var method = http.Request.Method;
        request.Canonical.Method = method;
        var connect = http.Features.Get<IHttpExtendedConnectFeature>();
        if (connect is { IsExtendedConnect: true })
        {
            request.IsUpgrade = true;
            return string.Equals(connect.Protocol, "websocket", StringComparison.Ordinal) ? RequestFault.None : RequestFault.Upgrade;
        }

        if (!Methods.IsKnown(method))
            return RequestFault.Method;
        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true })
            return RequestFault.None;
        // Any other protocol would be bytes that nobody reads: it is refused, not passed by.
        request.IsUpgrade = true;
        var protocol = http.Request.Headers.Upgrade;
        return method == "GET" && protocol.Count == 1 && string.Equals(protocol[0], "websocket", StringComparison.OrdinalIgnoreCase) && http.Request.ContentLength is null or 0
            ? RequestFault.None
            : RequestFault.Upgrade;
    }

    private static RequestFault ReadAuthority(HttpRequest http, GateRequest request)
    {
        StringValues values = http.Headers.Host;
        if (values.Count != 1 || values[0] is not { Length: > 0 and <= 262 } authority)
            return RequestFault.Host;
        var colon = authority.IndexOf(':', StringComparison.Ordinal);
        var host = colon < 0 ? authority.AsSpan() : authority.AsSpan(0, colon);
        var port = 443;
        if (colon >= 0 && (!int.TryParse(authority.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out port) || port is 0 or > 65535))
            return RequestFault.Host;
        foreach (var c in host)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.'))
                return RequestFault.Host;
        }

        var snapshot = request.Snapshot;
        // The table's own spelling is lower case, so that a known host costs no new string.
        if (snapshot.Hosts.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(host, out var model))
        {
            request.Host = model;
            request.Canonical.Host = model.Name;
            request.Canonical.Authority = model.Routes[0].Authority;
            // On which port another enforcement point listens is its own affair.
            if (port != snapshot.Config.HttpsPort && request.Asked is null)
                return RequestFault.Misdirected;
        }
        else
        {
            request.Canonical.Host = host.ToString().ToLowerInvariant();
            request.Canonical.Authority = request.Canonical.Host;
        }

        // HTTP/2 coalescing: a connection serves the host for which it was opened, whose client certificate it asked for.
        return host.Equals(request.Connection.ServerName, StringComparison.OrdinalIgnoreCase) ? RequestFault.None : RequestFault.Misdirected;
    }

    private static StepResult FindRoute(GateRequest request)
    {
        if (request.Host is null)
        {
            request.Refusal = RefusalReason.UnknownHost;
            return StepResult.Refused;
        }

        request.Route = request.Host.Match(request.Canonical.Path);
        // Whoever enforces there asks the decision point; the gate has nothing behind it to forward to.
        var elsewhere = request.Route is { Config.EnforcedElsewhere: true } && request.Asked is null;
        if ((request.Route is null || elsewhere) && !GatePaths.IsOwn(request.Canonical.Path))
        {
            request.Refusal = RefusalReason.UnknownPath;
            return StepResult.Refused;
        }

        return StepResult.Continue;
    }
}
