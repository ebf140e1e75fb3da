using System.Net;
using Nullius.Gateway.Config;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Identity.Tokens;
using Nullius.Identity.Trust;
using Nullius.Server.Control;
using Nullius.Server.Hosting;
using Nullius.State;

namespace Nullius.Server.Verify;

/// <summary>
/// The instance's side of <c>nullius verify</c>: temporary people, devices, routes and policies, and their removal.
/// INVARIANT: sessions and credentials are made for people of the run alone, whose names nobody else can have been given here;
/// what they may do is decided by the gate as for anybody.
/// </summary>
internal sealed class VerifyRuns : IAsyncDisposable
{
    /// <summary>Begins the names of everything temporary.</summary>
    public const string Prefix = "verify-";

    private const string Actor = "nullius verify (control socket)";

    /// <summary>A run whose client says nothing for this long has ended without saying so.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly Instance instance;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly ITimer watchdog;
    private Run? current;

    private VerifyRuns(Instance instance, ILogger log)
    {
        (this.instance, this.log) = (instance, log);
        time = instance.Get<TimeProvider>();
        watchdog = time.CreateTimer(_ => _ = EndIfSilentAsync(), null, Silence, Silence / 3);
    }

    /// <summary>Removes what a killed instance left behind.</summary>
    public static async Task<VerifyRuns> StartAsync(Instance instance, ILogger log, CancellationToken cancellation)
    {
        var runs = new VerifyRuns(instance, log);
        await runs.RemoveLeftoversAsync(cancellation).ConfigureAwait(false);
        return runs;
    }

    /// <summary>Begins a run; one that is there already ends.</summary>
    public Task<VerifyRunView> BeginAsync(CancellationToken cancellation) => ExclusiveAsync(
        async () =>
        {
            await EndCurrentAsync(cancellation).ConfigureAwait(false);
            await RemoveLeftoversAsync(cancellation).ConfigureAwait(false);
            var run = new Run(instance.Get<RandomSource>(), instance, time);
            current = run;
            run.WritePolicies();
            return View(run);
        },
        cancellation);

    /// <summary>Puts the temporary route live, before the client's application.</summary>
    public Task<VerifyDone> ServeAsync(string id, VerifyUpstream upstream, CancellationToken cancellation) => WithAsync(
        id,
        async run =>
        {
            await instance.Configuration.AlsoServeAsync([run.Host], run.PolicyFiles, cancellation).ConfigureAwait(false);
            run.Overlay?.Dispose();
            run.Overlay = instance.Gate.Overlay(run.Configuration(upstream.Port));
            return new VerifyDone(0);
        },
        cancellation);

    public Task<VerifyPersonView> AddPersonAsync(string id, VerifyPerson given, CancellationToken cancellation) => WithAsync(
        id,
        async run =>
        {
            var (person, _) = await instance.Get<PeopleDirectory>().CreateAsync(
                new NewPerson($"{run.Name}-{given.Name}") { DisplayName = "Temporary, by nullius verify", Groups = [.. given.Groups.Select(run.Group)] }, Actor, cancellation).ConfigureAwait(false);
            return new VerifyPersonView(person.Id, person.UserName);
        },
        cancellation);

    public Task<VerifySessionView> AddSessionAsync(string id, VerifySession given, CancellationToken cancellation) => WithAsync(
        id,
        async run =>
        {
            var person = await PersonOfAsync(run, given.UserName, cancellation).ConfigureAwait(false);
            var opened = await OpenAsync(person, given.Authority, given.SecondFactor, cancellation).ConfigureAwait(false);
            return new VerifySessionView(opened.Session.Id, opened.CookieValue);
        },
        cancellation);

    public Task<VerifyCredentialView> AddCredentialAsync(string id, VerifyCredential given, CancellationToken cancellation) => WithAsync(
        id,
        async run =>
        {
            var person = await PersonOfAsync(run, given.UserName, cancellation).ConfigureAwait(false);
            var approver = await OpenAsync(person, run.Authority, given.SecondFactor, cancellation).ConfigureAwait(false);
            var tokens = instance.Get<TokenStore>();
            var lifetime = TimeSpan.FromSeconds(given.Seconds);
            try
            {
                if (given.Device is null) return new VerifyCredentialView((await tokens.CreateKeyAsync(approver.Session, "verify", lifetime, [run.Name], cancellation).ConfigureAwait(false)).Secret, null);
                var device = await instance.Get<IDeviceTrustSource>().ReadAsync(given.Device, cancellation).ConfigureAwait(false)
                    ?? throw new ControlRefusedException($"there is no device `{given.Device}`");
                return new VerifyCredentialView((await tokens.IssueTokenAsync(approver.Session, device, lifetime, [run.Name], cancellation).ConfigureAwait(false)).Secret, null);
            }
            catch (TokenRefusedException refused)
            {
                return new VerifyCredentialView(null, refused.Message);
            }
        },
        cancellation);

    /// <summary>A code by which the client enrols a device of its own, over the network like any other.</summary>
    public Task<EnrolmentCode> AddDeviceAsync(string id, NewEnrolment given, CancellationToken cancellation) => WithAsync(
        id,
        async run =>
        {
            var person = await PersonOfAsync(run, given.User, cancellation).ConfigureAwait(false);
            var code = await instance.Get<DeviceEnrolment>().IssueCodeAsync(person.Id, Actor, cancellation).ConfigureAwait(false);
            return new EnrolmentCode(code.Code, code.ExpiresAt, instance.Url(instance.Configuration.Config.Gate.DeviceHost));
        },
        cancellation);

    /// <summary>Says that the client is still there.</summary>
    public Task<VerifyDone> TouchAsync(string id, CancellationToken cancellation) => WithAsync(id, _ => Task.FromResult(new VerifyDone(0)), cancellation);

    /// <summary>Removes everything of the run. Audit records stay.</summary>
    public Task<VerifyDone> EndAsync(string id, CancellationToken cancellation) => ExclusiveAsync(
        async () =>
        {
            Require(id);
            return new VerifyDone(await EndCurrentAsync(cancellation).ConfigureAwait(false));
        },
        cancellation);

    public async ValueTask DisposeAsync()
    {
        await watchdog.DisposeAsync().ConfigureAwait(false);
        await ExclusiveAsync(() => EndCurrentAsync(CancellationToken.None), CancellationToken.None).ConfigureAwait(false);
        one.Dispose();
    }

    private VerifyRunView View(Run run)
    {
        var config = instance.Configuration.Config;
        using var certificate = instance.Foundations.Authority.IssueServer(run.Host);
        using var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(certificate)!;
        string At(string host) => PlatformServices.Authority(host, instance.Port);
        return new VerifyRunView(
            run.Id, run.Host, Reachable(config.Listen.Addresses).ToString(), instance.Port, instance.Foundations.RootsFile, run.Host,
            string.Join('\n', [certificate.ExportCertificatePem(), .. instance.Foundations.Authority.Anchors.Select(a => a.ExportCertificatePem())]), key.ExportPkcs8PrivateKeyPem(), run.Folder, instance.Foundations.Data.Audit,
            At(config.Gate.SignInHost), At(config.Gate.DeviceHost), At(config.Gate.ConsoleHost));
    }

    private static IPAddress Reachable(IReadOnlyList<IPAddress> addresses) =>
        addresses.FirstOrDefault(a => IPAddress.IsLoopback(a)) ?? (addresses.Any(a => a.Equals(IPAddress.Any) || a.Equals(IPAddress.IPv6Any)) ? IPAddress.Loopback : addresses[0]);

    private async Task<PersonTrust> PersonOfAsync(Run run, string userName, CancellationToken cancellation)
    {
        if (!userName.StartsWith(run.Name + "-", StringComparison.Ordinal)) throw new ControlRefusedException($"`{userName}` is not a person of this run");
        var person = await UserCalls.FindAsync(instance, userName, cancellation).ConfigureAwait(false);
        return await instance.Get<ITrustReader>().ReadPersonAsync(person.Id, cancellation).ConfigureAwait(false)
            ?? throw new ControlRefusedException($"`{userName}` is gone");
    }

    private async Task<OpenedSession> OpenAsync(PersonTrust person, string authority, bool secondFactor, CancellationToken cancellation)
    {
        IReadOnlyList<string> methods = secondFactor
            ? [AuthenticationMethod.Password, AuthenticationMethod.OneTimePassword, AuthenticationMethod.MultiFactor]
            : [AuthenticationMethod.Password];
        instance.Get<IAccountEvents>().Record(new AccountEvent(AccountEventKind.SignIn)
        {
            PersonId = person.Id,
            UserName = person.UserName,
            Actor = Actor,
            Detail = "temporary session of a temporary person: nobody signed in",
        });
        return await instance.Get<SessionStore>().CreateAsync(
            new NewSession(person.Id, person.SecurityVersion, methods, authority) { SecondFactor = secondFactor, UserAgent = "nullius verify" }, cancellation).ConfigureAwait(false);
    }

    private async Task<int> EndCurrentAsync(CancellationToken cancellation)
    {
        if (current is not { } run) return 0;
        current = null;
        run.Overlay?.Dispose();
        await instance.Configuration.AlsoServeAsync([], [], cancellation).ConfigureAwait(false);
        return await RemoveLeftoversAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Whatever bears the prefix goes: people with their sessions and keys, their devices, groups, files.</summary>
    private async Task<int> RemoveLeftoversAsync(CancellationToken cancellation)
    {
        var (people, groups, devices) = (instance.Get<PeopleDirectory>(), instance.Get<GroupDirectory>(), instance.Get<DeviceInventory>());
        var departures = instance.Get<Departures>();
        var temporary = (await people.ListAsync(withoutSecondFactor: false, null, cancellation).ConfigureAwait(false)).Where(IsTemporary).ToList();
        var owners = temporary.Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        var removed = 0;
        foreach (var device in (await devices.ListAsync(cancellation).ConfigureAwait(false)).Where(d => owners.Contains(d.OwnerId)))
        {
            if (await devices.RemoveAsync(device.Id, cancellation).ConfigureAwait(false)) removed++;
        }
        foreach (var person in temporary)
        {
            await departures.DeleteAsync(person.Id, new Deletion { RetireName = false }, Actor, cancellation).ConfigureAwait(false);
            removed++;
        }
        foreach (var group in (await groups.ListAsync(cancellation).ConfigureAwait(false)).Where(g => g.Name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            await groups.DeleteAsync(group.Name, Actor, cancellation).ConfigureAwait(false);
            removed++;
        }
        var files = Path.Combine(instance.Foundations.Data.Root, "verify");
        if (Directory.Exists(files)) Directory.Delete(files, recursive: true);
        return removed;
    }

    private static bool IsTemporary(PersonSummary person) =>
        person.UserName.StartsWith(Prefix, StringComparison.Ordinal) && person.Groups.All(g => g.StartsWith(Prefix, StringComparison.Ordinal));

    private async Task EndIfSilentAsync()
    {
        try
        {
            await ExclusiveAsync(
                async () => current is { } run && time.GetUtcNow() - run.HeardAt > Silence ? await EndCurrentAsync(CancellationToken.None).ConfigureAwait(false) : 0,
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            log.LogError(fault, "what a run of verify left behind could not be removed; it is tried again");
        }
    }

    private Task<T> WithAsync<T>(string id, Func<Run, Task<T>> act, CancellationToken cancellation) => ExclusiveAsync(
        () =>
        {
            var run = Require(id);
            run.HeardAt = time.GetUtcNow();
            return act(run);
        },
        cancellation);

    private Run Require(string id) =>
        current is { } run && run.Id == id ? run : throw new ControlRefusedException($"the run `{ConfigText(id)}` has ended: another one began, or nothing was heard of it for {Silence.TotalSeconds:0} s");

    private static string ConfigText(string id) => id.Length > 16 ? id[..16] + "…" : id;

    private async Task<T> ExclusiveAsync<T>(Func<Task<T>> act, CancellationToken cancellation)
    {
        await one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await act().ConfigureAwait(false);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>One run and its names.</summary>
    private sealed class Run
    {
        private readonly Instance instance;

        public Run(RandomSource random, Instance instance, TimeProvider time)
        {
            this.instance = instance;
            Span<byte> bytes = stackalloc byte[4];
            random.Fill(bytes);
            Id = Convert.ToHexStringLower(bytes);
            Folder = Path.Combine(instance.Foundations.Data.Root, "verify", Id);
            HeardAt = time.GetUtcNow();
        }

        public string Id { get; }

        /// <summary>Route and first part of every name.</summary>
        public string Name => Prefix + Id;

        public string Host => $"{Name}.{instance.Configuration.Config.Domain}";

        public string Authority => PlatformServices.Authority(Host, instance.Port);

        public string Folder { get; }

        public DateTimeOffset HeardAt { get; set; }

        public IDisposable? Overlay { get; set; }

        public IReadOnlyList<string> PolicyFiles =>
            [.. ((string[])[VerifyPolicies.Grants, VerifyPolicies.Administrator, VerifyPolicies.Boundary, VerifyPolicies.Guardrail]).Select(f => Path.Combine(Folder, f))];

        public string Group(string name) => $"{Name}-{name}";

        public void WritePolicies()
        {
            var policies = new VerifyPolicies(Name);
            Directory.CreateDirectory(Folder, DataDirectory.OwnerOnlyFolder);
            File.WriteAllText(Path.Combine(Folder, VerifyPolicies.Grants), policies.GrantsText(changing: true, DateTimeOffset.UnixEpoch));
            File.WriteAllText(Path.Combine(Folder, VerifyPolicies.Administrator), policies.AdministratorText);
            File.WriteAllText(Path.Combine(Folder, VerifyPolicies.Boundary), policies.BoundaryText);
            File.WriteAllText(Path.Combine(Folder, VerifyPolicies.Guardrail), policies.GuardrailText);
        }

        public GateConfig Configuration(int upstreamPort)
        {
            var at = new SourcePosition("(nullius verify)", 0);
            var live = instance.Configuration.Config.Gate;
            return live with
            {
                BaseDirectory = Folder,
                Routes =
                [
                    new RouteConfig
                    {
                        At = at,
                        Name = Name,
                        Host = Host,
                        Upstream = new UpstreamConfig { Url = $"https://127.0.0.1:{upstreamPort}", CaFile = instance.Foundations.RootsFile, ServerName = Host },
                        Operations = [.. VerifyPolicies.Operations.Select(o => new OperationConfig(at, o.Name, [], o.Path))],
                    },
                ],
                Bindings =
                [
                    new BindingConfig(at, BindingKind.Identity, VerifyPolicies.Grants, [], [Group("people")]),
                    new BindingConfig(at, BindingKind.Identity, VerifyPolicies.Administrator, [], [Group("administrators")]),
                    new BindingConfig(at, BindingKind.Boundary, VerifyPolicies.Boundary, [], [Group("administrators")]),
                ],
                // Beside those of the instance, which bind the temporary route like every other.
                Guardrails = [[VerifyPolicies.Guardrail]],
                ConditionalAccess = [],
                NamedLocations = [],
            };
        }
    }
}
