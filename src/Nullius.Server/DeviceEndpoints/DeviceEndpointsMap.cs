using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Nullius.Audit;
using Nullius.Identity.Devices;
using Nullius.State;

namespace Nullius.Server.DeviceEndpoints;

/// <summary>
/// What an agent talks to, on the device host: enrol with a one-time code, then report and renew with the certificate.
/// Needs <see cref="DeviceEnrolment"/>, <see cref="DevicePosture"/>, <see cref="AuditTrail"/>, <see cref="EnrolmentRate"/> and <see cref="TimeProvider"/> in the container.
/// </summary>
public static class DeviceEndpointsMap
{
    private const int MostBody = 48 * 1024;
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web) { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <param name="deviceHost">Host name without port; on any other host these paths do not exist.</param>
    public static void MapDevices(this IEndpointRouteBuilder endpoints, string deviceHost)
    {
        var services = endpoints.ServiceProvider;
        var audit = new DeviceAudit(services.GetRequiredService<AuditTrail>(), services.GetRequiredService<TimeProvider>());
        var enrolment = services.GetRequiredService<DeviceEnrolment>();
        var posture = services.GetRequiredService<DevicePosture>();
        var rate = services.GetRequiredService<EnrolmentRate>();

        var group = endpoints.MapGroup("/.nullius/devices").RequireHost(deviceHost).ExcludeFromDescription();
        group.MapPost("/enroll", context => AnswerAsync(context, audit, "enroll", async () =>
        {
            if (!rate.Admits(context))
                return DeviceProblems.TooMany();
            var asked = await ReadAsync<EnrolRequest>(context);
            var issued = await enrolment.EnrolAsync(asked.Code, asked.Csr, asked.Name, asked.Platform, DeviceAudit.OriginOf(context), context.RequestAborted);
            return TypedResults.Json(Answer(issued), statusCode: 201);
        }));
        group.MapPost("/renew", context => AnswerAsync(context, audit, "renew", async () =>
        {
            if (context.Connection.ClientCertificate is not { } certificate)
                return DeviceProblems.NoCertificate();
            var asked = await ReadAsync<RenewRequest>(context);
            var issued = await enrolment.RenewAsync(certificate, asked.Csr, DeviceAudit.OriginOf(context), context.RequestAborted);
            return TypedResults.Json(Answer(issued));
        }));
        group.MapPost("/posture", context => AnswerAsync(context, audit, "posture", async () =>
        {
            if (context.Connection.ClientCertificate is not { } certificate)
                return DeviceProblems.NoCertificate();
            var verdict = await posture.ReportAsync(certificate, Encoding.ASCII.GetString(await ReadBodyAsync(context)).Trim(), DeviceAudit.OriginOf(context), context.RequestAborted);
            return TypedResults.Json(new PostureAnswer(verdict.Name, verdict.Reasons, verdict.StaleAt));
        }));
    }

    // The one place where a fault becomes an answer.
    private static async Task AnswerAsync(HttpContext context, DeviceAudit audit, string what, Func<Task<IResult>> act)
    {
        IResult answer;
        try
        {
            answer = await act();
        }
        catch (DeviceRefusedException refused)
        {
            answer = Record(() => audit.Refused(context, what, refused.Refusal)) ? DeviceProblems.From(refused) : DeviceProblems.Unavailable();
        }
        catch (BodyTooLargeException)
        {
            answer = DeviceProblems.TooLarge(MostBody);
        }
        catch (JsonException)
        {
            answer = DeviceProblems.Malformed("The request body is not the JSON object that was expected.");
        }
        catch (Exception fault) when (fault is StoreUnavailableException or AuditUnavailableException)
        {
            answer = DeviceProblems.Unavailable();
        }

        context.Response.Headers.CacheControl = "no-store";
        await answer.ExecuteAsync(context);
    }

    private static bool Record(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (AuditUnavailableException)
        {
            return false;
        }
    }

    private static CertificateAnswer Answer(IssuedCertificate issued) => new(issued.DeviceId, issued.CertificatePem, issued.RootsPem, issued.ExpiresAt);

    private static async Task<T> ReadAsync<T>(HttpContext context)
        where T : class =>
        JsonSerializer.Deserialize<T>(await ReadBodyAsync(context), Strict) ?? throw new JsonException("null");

    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MostBody)
            throw new BodyTooLargeException();
        using var body = new MemoryStream();
        var chunk = new byte[8192];
        int read;
        while ((read = await context.Request.Body.ReadAsync(chunk, context.RequestAborted)) > 0)
        {
            if (body.Length + read > MostBody)
                throw new BodyTooLargeException();
            body.Write(chunk, 0, read);
        }

        return body.ToArray();
    }

    private sealed class BodyTooLargeException : Exception;
}
