using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Nullius.Demo.Assertions;

/// <summary>Who asks, as the gate states it.</summary>
internal sealed record Caller(string Id, string UserName, string Name, IReadOnlyList<string> Groups, IReadOnlyList<string> Methods, string? DeviceState);

/// <summary>
/// What every application behind the gate does: accept a request only with the gate's signed statement, for this
/// application, not yet expired. Whoever reaches the port without the gate gets 401.
/// </summary>
internal sealed class AssertionCheck(DemoOptions options)
{
    public const string Header = "X-Nullius-Assertion";
    private const int MostCharacters = 8 * 1024;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(2);

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MostCharacters };
    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile IReadOnlyList<SecurityKey> _keys = [];
    private DateTimeOffset _readAt;

    /// <summary>Lets requests through that carry a valid assertion for one of the audiences, with the caller as a feature.</summary>
    public void Require(IApplicationBuilder application, params string[] audiences) => application.Use(async (context, next) =>
    {
        var given = context.Request.Headers[Header];
        // Two are one too many: which of them another reader would believe is anybody's guess.
        if (given.Count != 1 || await VerifyAsync(given[0]!, audiences, context.RequestAborted) is not { } caller)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            await context.Response.WriteAsJsonAsync(
                new { title = "This application is reached through the gate", status = 401, code = "assertion-required" }, options: null, "application/problem+json", context.RequestAborted);
            return;
        }

        context.Features.Set(caller);
        await next(context);
    });

    public async Task<Caller?> VerifyAsync(string token, string[] audiences, CancellationToken cancellation)
    {
        if (token.Length > MostCharacters || KidOf(token) is not { } kid)
            return null;
        var keys = await KeysAsync(kid, cancellation);
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = options.Issuer,
            ValidAudiences = audiences,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKeys = keys,
            TryAllIssuerSigningKeys = false,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            LifetimeValidator = Lives,
        });
        return result.IsValid ? Read(result.ClaimsIdentity) : null;
    }

    private string? KidOf(string token)
    {
        try
        {
            return _handler.ReadJsonWebToken(token).Kid;
        }
        catch (Exception fault) when (fault is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    private bool Lives(DateTime? from, DateTime? to, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = options.Time.GetUtcNow().UtcDateTime;
        return to is { } end && now < end + Skew && (from is not { } begin || now >= begin - Skew);
    }

    private static Caller Read(ClaimsIdentity claims)
    {
        string? One(string type) => claims.FindFirst(type)?.Value;
        var device = One("device") is { } json ? System.Text.Json.JsonDocument.Parse(json) : null;
        return new Caller(
            One("sub") ?? "", One("preferred_username") ?? "", One("name") ?? "",
            [.. claims.FindAll("groups").Select(claim => claim.Value)], [.. claims.FindAll("amr").Select(claim => claim.Value)],
            device?.RootElement.TryGetProperty("state", out var state) == true ? state.GetString() : null);
    }

    // A key that is not known is looked up, but not oftener than every two seconds: a made-up kid costs the gate nothing.
    private async Task<IReadOnlyList<SecurityKey>> KeysAsync(string? kid, CancellationToken cancellation)
    {
        if (_keys.Any(key => key.KeyId == kid))
            return _keys;
        await _reading.WaitAsync(cancellation);
        try
        {
            var now = options.Time.GetUtcNow();
            if (_keys.All(key => key.KeyId != kid) && now - _readAt >= BetweenReads)
            {
                _readAt = now;
                _keys = [.. new JsonWebKeySet(await options.Jwks(cancellation)).GetSigningKeys()];
            }

            return _keys;
        }
        catch (Exception fault) when (fault is HttpRequestException or ArgumentException or IOException)
        {
            return [];
        }
        finally
        {
            _reading.Release();
        }
    }
}
