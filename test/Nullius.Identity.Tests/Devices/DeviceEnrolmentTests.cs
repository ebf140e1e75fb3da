using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using Nullius.Identity.Certificates;
using Nullius.Identity.Devices;
using Nullius.Identity.Trust;

namespace Nullius.Identity.Tests.Devices;

public sealed class DeviceEnrolmentTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_code_enrols_a_device_for_its_owner()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);

        var trust = await house.Inventory.ReadAsync(id, None);
        Assert.Equal(("alice", "laptop", "linux"), (trust!.OwnerId, trust.Name, trust.Platform));
        Assert.Equal([PresentedCertificate.ThumbprintOf(certificate)], trust.Thumbprints);
        Assert.Equal(DeviceState.Stale, trust.StateAt(house.Time.GetUtcNow()));
        Assert.Equal(id, Assert.Single(await house.FeedAsync()).EntityId);
    }

    [Fact]
    public async Task A_client_certificate_authenticates_clients_only_and_takes_nothing_from_the_request_but_its_key()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var request = new CertificateRequest("CN=auth.nullius.test, O=Evil", key, HashAlgorithmName.SHA384);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(CertificateTemplate.ServerAuthentication)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("auth.nullius.test");
        request.CertificateExtensions.Add(names.Build());
        var code = await house.Enrolment.IssueCodeAsync("alice", "admin", None);
        var issued = await house.Enrolment.EnrolAsync(code.Code, request.CreateSigningRequestPem(), "laptop", "linux", None);

        using var certificate = TestDevice.Load(issued.CertificatePem);
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.DoesNotContain("Evil", certificate.Subject);
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal([CertificateTemplate.ClientAuthentication],
            certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(oid => oid.Value));
        Assert.False(certificate.MatchesHostname("auth.nullius.test"));
        Assert.Contains($"urn:nullius:device:{issued.DeviceId}", System.Text.Encoding.ASCII.GetString(certificate.Extensions["2.5.29.17"]!.RawData));
        Assert.Equal(30, (certificate.NotAfter - house.Time.GetUtcNow()).TotalDays, 0.1);
    }

    [Fact]
    public async Task The_certificate_leads_to_the_authoritys_roots()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (_, certificate) = await house.EnrolAsync(device);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(house.Authority.Anchors);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(CertificateTemplate.ClientAuthentication));
        Assert.True(chain.Build(certificate), string.Join("; ", chain.ChainStatus.Select(status => status.StatusInformation)));
    }

    [Fact]
    public async Task A_code_works_once()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var code = await house.Enrolment.IssueCodeAsync("alice", "admin", None);
        await house.Enrolment.EnrolAsync(code.Code, device.SigningRequest, "laptop", "linux", None);
        await RefusedAsync(DeviceRefusal.InvalidCode, () => house.Enrolment.EnrolAsync(code.Code, device.SigningRequest, "second", "linux", None));
    }

    [Fact]
    public async Task Of_many_who_use_a_code_at_once_one_gets_a_device()
    {
        using var house = await DeviceHouse.OpenAsync();
        var code = await house.Enrolment.IssueCodeAsync("alice", "admin", None);
        var attempts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            using var device = new TestDevice();
            try
            {
                await house.Enrolment.EnrolAsync(code.Code, device.SigningRequest, "laptop", "linux", None);
                return true;
            }
            catch (DeviceRefusedException refused) when (refused.Refusal == DeviceRefusal.InvalidCode)
            {
                return false;
            }
        })));
        Assert.Single(attempts, won => won);
        Assert.Single(await house.Inventory.ListAsync(None));
    }

    [Fact]
    public async Task A_code_is_over_after_fifteen_minutes()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var code = await house.Enrolment.IssueCodeAsync("alice", "admin", None);
        house.Time.Advance(TimeSpan.FromMinutes(15));
        await RefusedAsync(DeviceRefusal.InvalidCode, () => house.Enrolment.EnrolAsync(code.Code, device.SigningRequest, "laptop", "linux", None));
    }

    [Fact]
    public async Task A_code_is_accepted_as_people_type_it_and_is_not_stored()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var code = await house.Enrolment.IssueCodeAsync("alice", "admin", None);
        await using var db = house.Store.Open();
        Assert.DoesNotContain(code.Code, (await db.Codes.SingleAsync()).Hash);
        var typed = code.Code.Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant().Replace('0', 'o').Replace('1', 'l');
        Assert.NotNull(await house.Enrolment.EnrolAsync(typed, device.SigningRequest, "laptop", "linux", None));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0000-0000-0000-0000")]
    [InlineData("' OR 1=1 --")]
    public async Task A_code_that_was_not_issued_is_refused(string? code)
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        await house.Enrolment.IssueCodeAsync("alice", "admin", None);
        await RefusedAsync(DeviceRefusal.InvalidCode, () => house.Enrolment.EnrolAsync(code, device.SigningRequest, "laptop", "linux", None));
    }

    [Fact]
    public async Task Open_codes_of_one_owner_are_bounded()
    {
        using var house = await DeviceHouse.OpenAsync();
        for (var count = 0; count < DeviceEnrolment.MostOpenCodes; count++)
            await house.Enrolment.IssueCodeAsync("alice", "admin", None);
        await RefusedAsync(DeviceRefusal.TooManyCodes, () => house.Enrolment.IssueCodeAsync("alice", "admin", None));
        await house.Enrolment.IssueCodeAsync("bob", "admin", None);
        house.Time.Advance(DeviceEnrolment.CodeLifetime);
        await house.Enrolment.IssueCodeAsync("alice", "admin", None);
    }

    [Theory]
    [InlineData(0, SessionKind.Browser, true)]
    [InlineData(14, SessionKind.Browser, true)]
    [InlineData(16, SessionKind.Browser, false)]
    [InlineData(null, SessionKind.Browser, false)]
    [InlineData(0, SessionKind.ApiKey, false)]
    [InlineData(0, SessionKind.Token, false)]
    public async Task A_person_adds_a_device_only_with_a_fresh_second_factor(int? minutes, SessionKind kind, bool allowed)
    {
        using var house = await DeviceHouse.OpenAsync();
        var now = house.Time.GetUtcNow();
        var session = new SessionTrust
        {
            Id = "s", PersonId = "alice", Kind = kind, CreatedAt = now, AuthenticatedAt = now, ExpiresAt = now.AddHours(1),
            MfaAt = minutes is { } ago ? now.AddMinutes(-ago) : null,
        };
        if (allowed)
            Assert.NotEmpty((await house.Enrolment.IssueOwnCodeAsync(session, None)).Code);
        else
            await RefusedAsync(DeviceRefusal.NeedsFreshMfa, () => house.Enrolment.IssueOwnCodeAsync(session, None));
    }

    public static TheoryData<string, string> BadRequests()
    {
        using var weak = RSA.Create(1024);
        using var odd = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var good = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        var forged = (byte[])good.Clone();
        forged[^3] ^= 0x55;
        return new()
        {
            { "weak RSA", new CertificateRequest("CN=x", weak, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem() },
            { "P-521", new CertificateRequest("CN=x", odd, HashAlgorithmName.SHA256).CreateSigningRequestPem() },
            { "broken signature", PemEncoding.WriteString("CERTIFICATE REQUEST", forged) },
            { "not PEM", "hello" },
            { "empty", "" },
            { "too large", new string('A', SigningRequest.MostCharacters + 1) },
        };
    }

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task A_bad_signing_request_is_refused_and_the_code_stays_good(string what, string pem)
    {
        Assert.NotEmpty(what);
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var code = await house.Enrolment.IssueCodeAsync("alice", "admin", None);
        await RefusedAsync(DeviceRefusal.InvalidSigningRequest, () => house.Enrolment.EnrolAsync(code.Code, pem, "laptop", "linux", None));
        await house.Enrolment.EnrolAsync(code.Code, device.SigningRequest, "laptop", "linux", None);
    }

    [Theory]
    [InlineData("", "linux")]
    [InlineData("lap\ntop", "linux")]
    [InlineData("laptop", null)]
    public async Task A_name_that_cannot_be_shown_is_refused(string name, string? platform)
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var code = await house.Enrolment.IssueCodeAsync("alice", "admin", None);
        await RefusedAsync(DeviceRefusal.InvalidText, () => house.Enrolment.EnrolAsync(code.Code, device.SigningRequest, name, platform, None));
    }

    [Fact]
    public async Task Renewal_keeps_the_old_certificate_until_the_new_one_is_used()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        using var next = new TestDevice();
        var (id, first) = await house.EnrolAsync(device);
        var renewed = await house.Enrolment.RenewAsync(first, next.SigningRequest, None);
        using var second = TestDevice.Load(renewed.CertificatePem);
        Assert.Equal(2, (await house.Inventory.ReadAsync(id, None))!.Thumbprints.Length);

        await house.Posture.ReportAsync(first, device.Report(id, house.Time.GetUtcNow()), None);
        Assert.Equal(2, (await house.Inventory.ReadAsync(id, None))!.Thumbprints.Length);

        await house.Posture.ReportAsync(second, next.Report(id, house.Time.GetUtcNow().AddSeconds(1)), None);
        Assert.Equal([PresentedCertificate.ThumbprintOf(second)], (await house.Inventory.ReadAsync(id, None))!.Thumbprints);
        await RefusedAsync(DeviceRefusal.UnknownDevice, () => house.Enrolment.RenewAsync(first, next.SigningRequest, None));
    }

    [Fact]
    public async Task Renewing_again_and_again_leaves_two_certificates()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        for (var count = 0; count < 4; count++)
            await house.Enrolment.RenewAsync(certificate, device.SigningRequest, None);
        Assert.Equal(2, (await house.Inventory.ReadAsync(id, None))!.Thumbprints.Length);
    }

    [Fact]
    public async Task An_expired_or_foreign_certificate_does_not_renew()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (_, certificate) = await house.EnrolAsync(device);
        using var foreign = new CertificateRequest("CN=x", device.Key, HashAlgorithmName.SHA256).CreateSelfSigned(house.Time.GetUtcNow(), house.Time.GetUtcNow().AddDays(1));
        await RefusedAsync(DeviceRefusal.UnknownDevice, () => house.Enrolment.RenewAsync(foreign, device.SigningRequest, None));
        house.Time.Advance(TimeSpan.FromDays(31));
        await RefusedAsync(DeviceRefusal.UnknownDevice, () => house.Enrolment.RenewAsync(certificate, device.SigningRequest, None));
    }

    private static async Task RefusedAsync(DeviceRefusal refusal, Func<Task> act) =>
        Assert.Equal(refusal, (await Assert.ThrowsAsync<DeviceRefusedException>(act)).Refusal);
}
