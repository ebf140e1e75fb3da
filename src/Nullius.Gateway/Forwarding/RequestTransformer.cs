using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Nullius.Gateway.Live;
using Nullius.Gateway.Reception;
using Nullius.Gateway.Steps;
using Yarp.ReverseProxy.Forwarder;

namespace Nullius.Gateway.Forwarding;

/// <summary>
/// The listed changes that a request undergoes between decision and application (law 2): reserved headers and the gate's
/// cookies leave, fresh identity headers and the assertion enter. The target goes out as it was decided on. Belongs to a pooled
/// request, so that it need not look for it.
/// </summary>
internal sealed class RequestTransformer(GateCore core, GateRequest request) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var route = request.Route!;
        var incoming = httpContext.Request.Headers;
        var cookie = incoming.Cookie;
        Strip(request, incoming);
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        // The server compares the next request's header with this string, and hands out the same one when it did not change.
        incoming.Cookie = cookie;
        PromptUpload.Install(request, proxyRequest);
        proxyRequest.RequestUri = route.Upstream!.AddressOf(request.Canonical.Target);
        var headers = proxyRequest.Headers;
        headers.Host = route.Upstream.Config.Host ?? request.Canonical.Authority;
        headers.TryAddWithoutValidation("X-Forwarded-For", request.Connection.AddressText);
        headers.TryAddWithoutValidation("X-Forwarded-Proto", "https");
        headers.TryAddWithoutValidation("X-Forwarded-Host", request.Canonical.Authority);
        headers.TryAddWithoutValidation("X-Request-Id", request.Reference);
        if (request.Person is not { } person)
            return;
        if (route.Config.Assertion.Enabled)
            headers.TryAddWithoutValidation(route.Config.Assertion.Header, core.Assertions.For(request));
        if (route.Injection is not { } injection)
            return;
        if (injection.UserHeader is { } user)
            headers.TryAddWithoutValidation(user, HeaderText(person.UserName));
        if (injection.GroupsHeader is { } groups)
            headers.TryAddWithoutValidation(groups, string.Join(',', request.PersonView!.Groups.Select(HeaderText)));
        if (injection.Basic is { } basic)
            headers.TryAddWithoutValidation("Authorization", basic);
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
            return true;
        request.Unanswered?.CancelAfter(Timeout.InfiniteTimeSpan);
        // To an extended CONNECT any success opens a tunnel (RFC 9113, section 8.5): an application that speaks no WebSocket has none.
        if (request.IsUpgrade && proxyResponse.IsSuccessStatusCode && HttpProtocol.IsHttp2(httpContext.Request.Protocol))
            throw new HttpRequestException("the application answered an upgrade without upgrading");
        if (!AnswerFraming.IsReadable(proxyResponse))
            throw new HttpRequestException("the application's answer can be read in two ways");
        var copy = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        copy &= AnswerFraming.MayHaveBody(httpContext.Response);
        StripAnswer(httpContext.Response.Headers);
        Preflight.Write(request);
        var live = request.Live!;
        if (IsEventStream(proxyResponse.Content))
            live.Kind = LiveKind.ServerSentEvents;
        if (proxyResponse.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols)
            return copy;
        var answer = new GuardedAnswer(proxyResponse.Content, httpContext.Response, live.Kind is LiveKind.ServerSentEvents or LiveKind.Grpc, Aborter.For(httpContext, live), core.Time);
        proxyResponse.Content = answer;
        request.Answer = answer;
        if (!live.Answering(answer))
            throw new OperationCanceledException("access ended before the application answered");
        return copy;
    }

    public override async ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        if (request is { IsGrpc: true, Answer.IsCut: true })
        {
            // gRPC status 16, UNAUTHENTICATED: a cut stream never looks like a finished one.
            httpContext.Response.AppendTrailer("grpc-status", "16");
            httpContext.Response.AppendTrailer("grpc-message", "access ended");
            return;
        }

        await base.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
        if (HttpProtocol.IsHttp2(httpContext.Request.Protocol) && httpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { Count: > 0 } trailers)
            StripAnswer(trailers);
    }

    /// <summary>True for a request header that no client may send to an application of the route.</summary>
    // CGI and its heirs read `X_Tenant` as `X-Tenant`: a name with an underscore has two readings and stays behind.
    internal static bool IsStripped(Snapshot.RouteModel route, string name) =>
        name.Contains('_', StringComparison.Ordinal) || ReservedHeaders.IsReserved(name) || route.Injection?.Reserves(name) == true || CredentialInjection.Folds(name, route.Config.Assertion.Header);

    private static void Strip(GateRequest request, IHeaderDictionary headers)
    {
        var route = request.Route!;
        List<string>? gone = null;
        foreach (var (name, _) in headers)
        {
            if (name.Length == 0 || name[0] == ':')
                continue;
            if (IsStripped(route, name))
                (gone ??= []).Add(name);
        }

        if (gone is not null)
        {
            foreach (var name in gone)
                headers.Remove(name);
        }

        if (Credentials.HoldOwn(headers.Cookie))
            headers.Cookie = Credentials.WithoutOwn(headers.Cookie) is { } rest ? rest : default;
        if (route.Injection?.Basic is not null || Credentials.IsOwnBearer(headers.Authorization))
            headers.Authorization = default;
    }

    // As it was sent: the parsed header is an object of its own with each answer.
    private static bool IsEventStream(HttpContent content)
    {
        const string Type = "text/event-stream";
        return content.Headers.NonValidated.TryGetValues("Content-Type", out var values) && values.ToString().AsSpan().TrimStart() is var type
            && type.StartsWith(Type, StringComparison.OrdinalIgnoreCase) && type[Type.Length..].TrimStart() is [] or [';', ..];
    }

    // An application cannot set the gate's cookies: a session is fixed by nobody but the gate.
    private static void StripAnswer(IHeaderDictionary headers)
    {
        var cookies = headers.SetCookie;
        var own = false;
        foreach (var cookie in cookies)
            own |= Credentials.IsOwn(cookie);
        if (own)
            headers.SetCookie = cookies.Where(cookie => !Credentials.IsOwn(cookie)).ToArray();
    }

    // A name is written by people: what a header cannot carry is percent-encoded.
    internal static string HeaderText(string text) => System.Text.Ascii.IsValid(text) && !text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.Contains(',', StringComparison.Ordinal) ? text : Uri.EscapeDataString(text);
}

/// <summary>Resets a client's stream, unless the request is over and its context serves another one.</summary>
internal static class Aborter
{
    public static Action For(HttpContext http, LiveConnection live) => () =>
    {
        lock (live.Gate)
        {
            if (!live.Ended)
                http.Abort();
        }
    };
}
