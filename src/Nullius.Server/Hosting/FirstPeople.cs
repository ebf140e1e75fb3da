using Nullius.Identity.People;
using Nullius.State;

namespace Nullius.Server.Hosting;

/// <summary>Who can sign in to a new instance, said once on the terminal of the person who started it.</summary>
internal static class FirstPeople
{
    public const string Administrators = "administrators";
    private const string Actor = "first start";

    private static readonly (string Name, string Display, string[] Groups)[] Demo =
    [
        ("alice", "Alice Archer", ["developers"]),
        ("bob", "Bob Baker", ["support"]),
        ("carol", "Carol Cole", [Administrators]),
        ("dave", "Dave Dyer", ["contractors"]),
    ];

    public static async Task WelcomeAsync(Instance instance, bool demo, ServerOptions options, CancellationToken cancellation)
    {
        var people = instance.Get<PeopleDirectory>();
        var anybody = await people.ListAsync(withoutSecondFactor: false, null, cancellation).ConfigureAwait(false);
        if (anybody.Any(p => !p.UserName.StartsWith("verify-", StringComparison.Ordinal))) return;
        if (demo) await DemoPeopleAsync(people, instance, options, cancellation).ConfigureAwait(false);
        else await AdministratorAsync(people, instance, options, cancellation).ConfigureAwait(false);
    }

    private static async Task DemoPeopleAsync(PeopleDirectory people, Instance instance, ServerOptions options, CancellationToken cancellation)
    {
        var domain = instance.Configuration.Config.Domain;
        options.Progress("people of the demonstration; these passwords are shown this once:");
        foreach (var (name, display, groups) in Demo)
        {
            var password = Password(options.Random);
            await people.CreateAsync(new NewPerson(name) { DisplayName = display, Groups = groups, Password = password }, Actor, cancellation).ConfigureAwait(false);
            options.Progress($"  {name,-6} {password}   ({string.Join(", ", groups)})");
        }
        options.Progress($"sign in at {instance.Url("shop." + domain)}/ or, as carol, at {instance.Console}; the first sign-in enrols a second factor");
        options.Progress($"browsers warn until they trust {instance.Foundations.RootsFile}; for curl: --cacert {instance.Foundations.RootsFile}");
    }

    private static async Task AdministratorAsync(PeopleDirectory people, Instance instance, ServerOptions options, CancellationToken cancellation)
    {
        var (person, code) = await people.CreateAsync(
            new NewPerson("admin") { DisplayName = "Administrator", Groups = [Administrators] }, Actor, cancellation).ConfigureAwait(false);
        // The code does not stand in the address: addresses end up in histories and logs.
        options.Progress($"nobody is there yet: `{person.UserName}` is the first administrator");
        options.Progress($"  open       {instance.Url(instance.Configuration.Config.Gate.SignInHost)}/sign-in/reset");
        options.Progress($"  user name  {person.UserName}");
        options.Progress($"  code       {code!.Code}   (once, until {code.ExpiresAt:u}; a new one: nullius user reset {person.UserName})");
    }

    /// <summary>Five groups of five letters and digits, none of which look alike: 118 bits.</summary>
    private static string Password(RandomSource random)
    {
        const string letters = "abcdefghjkmnpqrstuvwxyz23456789";
        Span<byte> buffer = stackalloc byte[1];
        var password = new System.Text.StringBuilder();
        while (password.Length < 29)
        {
            random.Fill(buffer);
            // Bytes past the last whole multiple would make some letters likelier than others.
            if (buffer[0] >= 256 - (256 % letters.Length)) continue;
            password.Append(letters[buffer[0] % letters.Length]);
            if (password.Length % 6 == 5 && password.Length < 29) password.Append('-');
        }
        return password.ToString();
    }
}
