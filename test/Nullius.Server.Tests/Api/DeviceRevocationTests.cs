using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Identity.Tokens;
using Nullius.Server.Api;
using Nullius.Server.Api.Devices;

namespace Nullius.Server.Tests.Api;

public sealed class DeviceRevocationTests
{
    [Fact]
    public async Task Revoking_a_device_ends_the_tokens_that_are_bound_to_it_and_says_how_many()
    {
        await using var running = await RunningServer.StartAsync();
        var services = running.Server.Services;
        var admin = (await services.GetRequiredService<PeopleDirectory>().FindAsync("admin", default))!;
        var (laptop, phone) = (await EnrolAsync(services, admin.Id, "laptop"), await EnrolAsync(services, admin.Id, "phone"));
        foreach (var device in new[] { laptop, laptop, phone })
        {
            var trust = (await services.GetRequiredService<IDeviceTrustSource>().ReadAsync(device, default))!;
            await services.GetRequiredService<TokenStore>().IssueUnattendedAsync(admin.Id, trust, TimeSpan.FromHours(1), [], "test", default);
        }

        var devices = services.GetRequiredService<IDevicesView>();
        var actor = new Actor(admin.Id, "admin", "s_none", "r_none");
        Assert.Equal(2, (await devices.RevokeAsync(laptop, actor, default))!.SessionsEnded);
        Assert.Equal(0, (await devices.RevokeAsync(laptop, actor, default))!.SessionsEnded);
        Assert.Equal([phone], (await services.GetRequiredService<SessionStore>().ListAsync(admin.Id, default)).Select(session => session.Session.BoundDeviceId));
    }

    private static async Task<string> EnrolAsync(IServiceProvider services, string owner, string name)
    {
        var enrolment = services.GetRequiredService<DeviceEnrolment>();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        return (await enrolment.EnrolAsync((await enrolment.IssueCodeAsync(owner, "test", default)).Code, request, name, "linux", default)).DeviceId;
    }
}
