using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Nullius.Agent.Enrolment;

/// <summary>Gets the device its certificate, and a new one before it ends. The private key never leaves the device.</summary>
internal static class Enroller
{
    /// <summary>Exchanges a one-time code for a certificate.</summary>
    public static async Task<AgentIdentity> EnrolAsync(AgentFolder folder, Uri server, string code, string name, X509Certificate2Collection? roots, CancellationToken cancellation)
    {
        folder.Prepare();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var connection = new ServerConnection(server, roots, device: null);
        var body = JsonSerializer.Serialize(new { code, csr = Request(key, name), name, platform = "linux" });
        var answer = await connection.PostAsync("enroll", body, "application/json", cancellation).ConfigureAwait(false);
        var identity = new AgentIdentity(Text(answer, "deviceId"), new Uri(server.GetLeftPart(UriPartial.Authority) + "/"));
        var certificate = Text(answer, "certificate");
        Check(certificate, key);
        folder.Save(identity, key, certificate, Union(roots, answer));
        return identity;
    }

    /// <summary>A new certificate for the present key.</summary>
    public static async Task<DateTimeOffset> RenewAsync(AgentFolder folder, CancellationToken cancellation)
    {
        var identity = folder.Identity();
        using var key = folder.Key();
        using var connection = new ServerConnection(identity.Server, folder.Roots(), folder.Certificate());
        var body = JsonSerializer.Serialize(new { csr = Request(key, identity.DeviceId) });
        var answer = await connection.PostAsync("renew", body, "application/json", cancellation).ConfigureAwait(false);
        var certificate = Text(answer, "certificate");
        var end = Check(certificate, key);
        folder.SaveCertificate(certificate);
        return end;
    }

    private static string Request(ECDsa key, string name)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        return new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
    }

    // Where roots are pinned, those that the (pinned) server names are pinned as well, so that its root can be replaced.
    private static X509Certificate2Collection? Union(X509Certificate2Collection? pinned, JsonElement answer)
    {
        if (pinned is null)
            return null;
        var roots = new X509Certificate2Collection();
        roots.AddRange(pinned);
        try
        {
            var named = new X509Certificate2Collection();
            named.ImportFromPem(Text(answer, "ca"));
            foreach (var root in named.Where(root => !pinned.Any(known => known.RawDataMemory.Span.SequenceEqual(root.RawDataMemory.Span))))
                roots.Add(root);
        }
        catch (CryptographicException fault)
        {
            throw new AgentException("the server's answer has a `ca` that is no PEM certificate", AgentException.Fault, fault);
        }

        return roots;
    }

    private static DateTimeOffset Check(string pem, ECDsa key)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            using var own = certificate.GetECDsaPublicKey();
            if (own is null || !own.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
                throw new AgentException("the server's certificate is for another key", AgentException.Fault);
            return certificate.NotAfter;
        }
        catch (CryptographicException fault)
        {
            throw new AgentException("the server's answer has a `certificate` that is no PEM certificate", AgentException.Fault, fault);
        }
    }

    private static string Text(JsonElement answer, string member) =>
        answer.ValueKind is JsonValueKind.Object && answer.TryGetProperty(member, out var value) && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw new AgentException($"the server's answer has no `{member}`", AgentException.Fault);
}
