using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nullius.Identity.Devices;
using Nullius.Identity.Sessions;
using Nullius.Identity.Tokens;
using Nullius.Identity.Trust;
using Nullius.State;
using Nullius.State.Keys;
using Nullius.State.Schema;

namespace Nullius.Identity.People;

/// <summary>Registers people, sessions and tokens.</summary>
public static class IdentityModule
{
    /// <summary>
    /// Needs, registered by the caller: <see cref="Store"/> (opened with <see cref="IdentitySchema.Scripts"/>), <see cref="KeyRing"/>,
    /// <see cref="RandomSource"/>, <see cref="TimeProvider"/>, <see cref="IAccountEvents"/>, <see cref="IDeviceTrustSource"/>,
    /// <see cref="IDeviceOwners"/>, <see cref="IAdministrators"/>.
    /// </summary>
    public static IServiceCollection AddPeople(this IServiceCollection services, PeopleOptions options)
    {
        services.AddSingleton(options);
        services.AddDbContextFactory<IdentityDb>((provider, builder) => provider.GetRequiredService<Store>().Configure(builder));
        AddAccounts(services, options);
        AddSessions(services);
        return services;
    }

    private static void AddAccounts(IServiceCollection services, PeopleOptions options)
    {
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = options.PasswordIterations);
        services.AddSingleton<IPasswordHasher<Person>, PasswordHasher<Person>>();
        services.AddSingleton<ILookupNormalizer, UpperInvariantLookupNormalizer>();
        services.AddScoped<IUserStore<Person>, PersonStore>();
        services.AddScoped<IPasswordValidator<Person>, PasswordRules>();
        services.AddIdentityCore<Person>(identity => identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3);
        services.AddHttpContextAccessor();
        services.AddScoped<IPasskeyHandler<Person>, PasskeyHandler<Person>>();
        services.Configure<IdentityPasskeyOptions>(passkeys =>
        {
            passkeys.ServerDomain = options.Domain;
            passkeys.UserVerificationRequirement = "required";
            passkeys.ResidentKeyRequirement = "required";
            passkeys.AttestationConveyancePreference = "none";
            passkeys.ValidateOrigin = asked => ValueTask.FromResult(
                !asked.CrossOrigin && string.IsNullOrEmpty(asked.TopOrigin) && string.Equals(asked.Origin, $"https://{options.SignInAuthority}", StringComparison.Ordinal));
        });

        services.AddSingleton(p => new FailureLedger(Contexts(p), Get<KeyRing>(p), Get<PeopleOptions>(p), Get<TimeProvider>(p)));
        services.AddSingleton(p => new PasswordCheck(
            Contexts(p), Get<IPasswordHasher<Person>>(p), Get<ILookupNormalizer>(p), Get<FailureLedger>(p), Get<RandomSource>(p)));
        services.AddSingleton(p => new Passwords(
            Contexts(p), Get<IPasswordHasher<Person>>(p), Get<ILookupNormalizer>(p), Get<FailureLedger>(p), Get<IAccountEvents>(p), Get<PeopleOptions>(p),
            Get<KeyRing>(p), Get<RandomSource>(p), Get<TimeProvider>(p)));
        services.AddSingleton(p => new Factors(
            Contexts(p), Get<FailureLedger>(p), Get<IAccountEvents>(p), Get<KeyRing>(p), Get<RandomSource>(p), Get<TimeProvider>(p)));
        services.AddScoped(p => new Passkeys(
            Get<IPasskeyHandler<Person>>(p), Get<UserManager<Person>>(p), Get<IdentityDb>(p), Get<IAccountEvents>(p), Get<TimeProvider>(p)));
        services.AddSingleton(p => new UnfinishedChanges(Contexts(p), Get<IAccountEvents>(p)));
        services.AddSingleton(p => new LastAdministrator(Get<IAdministrators>(p)));
        services.AddSingleton(p => new ActiveAdministrators(Contexts(p), Get<LastAdministrator>(p), Get<IAdministrators>(p)));
        services.AddSingleton(p => new GroupDirectory(Contexts(p), Get<LastAdministrator>(p), Get<IAccountEvents>(p), Get<TimeProvider>(p)));
        services.AddSingleton(p => new PersonUpdates(Contexts(p), Get<GroupDirectory>(p), Get<LastAdministrator>(p), Get<IAccountEvents>(p)));
        services.AddSingleton(p => new Departures(
            Contexts(p), Get<LastAdministrator>(p), Get<IDeviceOwners>(p), Get<IAccountEvents>(p), Get<TimeProvider>(p)));
        services.AddSingleton(p => new PeopleDirectory(
            Contexts(p), Get<ILookupNormalizer>(p), Get<Passwords>(p), Get<GroupDirectory>(p), Get<IAccountEvents>(p), Get<RandomSource>(p), Get<TimeProvider>(p)));
    }

    private static void AddSessions(IServiceCollection services)
    {
        services.AddSingleton(p => new SessionActivity(Contexts(p)));
        services.AddSingleton<ISessionActivity>(Get<SessionActivity>);
        services.AddSingleton(p => new SessionStore(
            Contexts(p), Get<Store>(p), Get<SessionActivity>(p), Get<IAccountEvents>(p), Get<PeopleOptions>(p), Get<RandomSource>(p), Get<TimeProvider>(p)));
        services.AddSingleton<IHandoff>(p => new SessionHandoff(Contexts(p), Get<SessionStore>(p), Get<KeyRing>(p), Get<RandomSource>(p), Get<TimeProvider>(p)));
        services.AddSingleton<ITrustReader>(p => new TrustReader(Contexts(p), Get<Store>(p), Get<IDeviceTrustSource>(p), Get<TimeProvider>(p)));
        services.AddHostedService<SessionUpkeep>();
        services.AddSingleton(p => new TokenStore(
            Contexts(p), Get<IAccountEvents>(p), Get<PeopleOptions>(p), Get<RandomSource>(p), Get<TimeProvider>(p)));
        services.AddSingleton(p => new KeptStore(Contexts(p), Get<KeyRing>(p), Get<TimeProvider>(p)));
        services.AddSingleton(p => new TokenRequests(Get<KeptStore>(p), Get<TokenStore>(p), Get<SessionStore>(p), Get<RandomSource>(p), Get<TimeProvider>(p)));
    }

    private static IDbContextFactory<IdentityDb> Contexts(IServiceProvider provider) => Get<IDbContextFactory<IdentityDb>>(provider);

    private static T Get<T>(IServiceProvider provider)
        where T : notnull => provider.GetRequiredService<T>();
}
