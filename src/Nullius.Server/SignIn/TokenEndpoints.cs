using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nullius.Gateway;
using Nullius.Identity.Tokens;
using Nullius.Identity.Trust;
using Nullius.Server.SignIn.Flow;

namespace Nullius.Server.SignIn;

/// <summary>Which enrolled device the client certificate of a request belongs to.</summary>
internal interface IClientDevice
{
    DeviceTrust? Of(HttpContext context);
}

/// <summary>As the gate established it at the handshake.</summary>
internal sealed class GateClientDevice : IClientDevice
{
    public DeviceTrust? Of(HttpContext context) => context.Features.Get<GateRequest>()?.Device;
}

/// <summary>The device's side of <c>nullius token</c>, on the device host: ask, show the code, poll.</summary>
internal sealed class TokenEndpoints(TokenRequests requests, TokenStore tokens, IClientDevice devices, Exchange exchange, SignInOptions options, TimeProvider time)
{
    private const int MostBody = 8 * 1024;

    public async Task StartAsync(HttpContext context)
    {
        if (await BodyAsync<StartRequest>(context) is not var (device, body))
            return;
        try
        {
            var lifetime = body.Ttl is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, int.MaxValue)) : tokens.DefaultToken;
            if (options.ScopeFault(body.Scopes ?? []) is { } fault)
                throw new TokenRefusedException(fault);
            var started = await requests.StartAsync(device, lifetime, body.Scopes ?? [], context.RequestAborted);
            await exchange.JsonAsync(context, new
            {
                userCode = started.UserCode,
                verifyUrl = $"{options.SignInOrigin}/account/approve?code={started.UserCode}",
                pollSecret = started.PollSecret,
                interval = (int)started.Interval.TotalSeconds,
                expiresAt = started.ExpiresAt,
                // For devices whose clock is wrong: seconds from now.
                expiresIn = (int)Math.Max(0, (started.ExpiresAt - time.GetUtcNow()).TotalSeconds),
            });
        }
        catch (TokenRefusedException refused)
        {
            await exchange.FaultAsync(context, refused.Message);
        }
    }

    public async Task PollAsync(HttpContext context)
    {
        if (await BodyAsync<PollRequest>(context) is not var (device, body))
            return;
        try
        {
            var answer = await requests.PollAsync(device, body.PollSecret ?? "", context.RequestAborted);
            await (answer.State switch
            {
                TokenPollState.Pending => exchange.JsonAsync(context, new { state = "pending" }, StatusCodes.Status202Accepted),
                TokenPollState.Issued => exchange.JsonAsync(context, new { state = "issued", token = answer.Token!.Secret, expiresAt = answer.Token.ExpiresAt }),
                TokenPollState.Denied => exchange.FaultAsync(context, "the request was refused", StatusCodes.Status403Forbidden),
                TokenPollState.Gone => exchange.FaultAsync(context, "there is no such request: it is unknown, used or too old", StatusCodes.Status404NotFound),
            });
        }
        catch (TokenRefusedException refused)
        {
            await exchange.FaultAsync(context, refused.Message, StatusCodes.Status403Forbidden);
        }
    }

    private async Task<(DeviceTrust Device, T Body)?> BodyAsync<T>(HttpContext context)
        where T : class
    {
        if (devices.Of(context) is not { } device || device.State == DeviceState.Revoked)
        {
            await exchange.FaultAsync(context, "a certificate of an enrolled device is needed", StatusCodes.Status401Unauthorized);
            return null;
        }

        if (context.Request.ContentLength is not (>= 0 and <= MostBody))
        {
            await exchange.FaultAsync(context, $"a JSON object of at most {MostBody} bytes is needed, with its length");
            return null;
        }

        try
        {
            if (await JsonSerializer.DeserializeAsync<T>(context.Request.Body, JsonSerializerOptions.Web, context.RequestAborted) is { } body)
                return (device, body);
        }
        catch (JsonException)
        {
            // Answered below.
        }

        await exchange.FaultAsync(context, "a JSON object is needed");
        return null;
    }

    /// <param name="Ttl">Seconds.</param>
    private sealed record StartRequest(long? Ttl, IReadOnlyList<string>? Scopes);

    private sealed record PollRequest(string? PollSecret);
}
