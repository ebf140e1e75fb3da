using Microsoft.AspNetCore.Http.HttpResults;
using Nullius.Identity.Devices;

namespace Nullius.Server.DeviceEndpoints;

/// <summary>The errors of the device endpoints, as RFC 9457 problems with a <c>code</c> for the agent.</summary>
internal static class DeviceProblems
{
    public static ProblemHttpResult From(DeviceRefusedException refused) => Problem(StatusOf(refused.Refusal), CodeOf(refused.Refusal), refused.Message);

    public static ProblemHttpResult Malformed(string detail) => Problem(400, "malformedRequest", detail);

    public static ProblemHttpResult TooLarge(int most) => Problem(413, "requestTooLarge", $"The request body is larger than {most} bytes.");

    public static ProblemHttpResult TooMany() => Problem(429, "tooManyAttempts", "Too many attempts from this address; try again in a minute.");

    public static ProblemHttpResult NoCertificate() => Problem(401, "certificateRequired", "This endpoint needs the device's certificate in the TLS handshake; enrol the device first.");

    public static ProblemHttpResult Unavailable() => Problem(503, "unavailable", "The platform cannot record this now; try again.");

    public static string CodeOf(DeviceRefusal refusal) => char.ToLowerInvariant(refusal.ToString()[0]) + refusal.ToString()[1..];

    private static ProblemHttpResult Problem(int status, string code, string detail) => TypedResults.Problem(
        detail, statusCode: status, title: "The device request was refused", extensions: new Dictionary<string, object?> { ["code"] = code });

    private static int StatusOf(DeviceRefusal refusal) => refusal switch
    {
        DeviceRefusal.InvalidSigningRequest or DeviceRefusal.InvalidText or DeviceRefusal.InvalidReport or DeviceRefusal.ClockSkew => 400,
        DeviceRefusal.UnknownDevice => 401,
        DeviceRefusal.InvalidCode or DeviceRefusal.Revoked or DeviceRefusal.NeedsFreshMfa => 403,
        DeviceRefusal.Replayed or DeviceRefusal.TooManyDevices => 409,
        DeviceRefusal.TooManyCodes or DeviceRefusal.TooManyReports => 429,
    };
}
