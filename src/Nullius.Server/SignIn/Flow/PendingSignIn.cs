using System.Text.Json;
using Nullius.Identity.Sessions;

namespace Nullius.Server.SignIn.Flow;

/// <summary>What a person who is signing in or stepping up has to do next.</summary>
internal enum Stage
{
    /// <summary>The password again, in a session that is too old.</summary>
    Password,
    Factor,
    ChangePassword,
    /// <summary>Set up a second factor: there is none yet.</summary>
    Enrol,
    /// <summary>See the recovery codes.</summary>
    Codes,
    Complete,
}

/// <summary>
/// A sign-in or step-up under way, kept on the server, also over a restart. INVARIANT: the stage follows from what was proven and from nothing that
/// a browser sends; every page looks at it first, so no step can be skipped.
/// </summary>
internal sealed class PendingSignIn
{
    public required string PersonId { get; init; }

    public required string UserName { get; init; }

    /// <summary>The person's, as of the last step: a change by anybody else voids what was proven.</summary>
    public required long SecurityVersion { get; set; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Where the person was going; null: nowhere in particular.</summary>
    public HandoffRequest? Request { get; init; }

    /// <summary>The session that is stepped up; null at sign-in.</summary>
    public string? SessionId { get; init; }

    /// <summary>The authentication starts anew: sign-in, or a session whose sign-in is too old.</summary>
    public bool Everything { get; init; }

    /// <summary>Failures in this browser are counted apart.</summary>
    public string? KnownBrowser { get; init; }

    public bool HasFactor { get; set; }

    /// <summary>Whether a passkey is worth offering; nothing follows from it.</summary>
    public bool HasPasskey { get; init; }

    public bool NeedsPassword { get; set; }

    public bool NeedsFactor { get; set; } = true;

    public bool MustChangePassword { get; set; }

    /// <summary>Shown once, then gone from here; empty after that until the person goes on.</summary>
    public IReadOnlyList<string>? RecoveryCodes { get; set; }

    /// <summary>Of the authenticator that is being set up.</summary>
    public byte[]? Seed { get; set; }

    public List<string> Methods { get; } = [];

    public bool SecondFactorUsed { get; set; }

    public int Failures { get; set; }

    /// <summary>As the store has it; null when it does not.</summary>
    public byte[]? Written { get; set; }

    /// <summary>One step at a time: requests sent at once cannot both pass.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    public Stage Stage =>
        NeedsPassword ? Stage.Password
        : NeedsFactor && HasFactor ? Stage.Factor
        : MustChangePassword ? Stage.ChangePassword
        : NeedsFactor ? Stage.Enrol
        : RecoveryCodes is not null ? Stage.Codes
        : Stage.Complete;

    /// <summary>Everything that follows from what was proven, for the store.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(new Form(
        PersonId, UserName, SecurityVersion, StartedAt, Request, SessionId, Everything, KnownBrowser, HasFactor, HasPasskey, NeedsPassword, NeedsFactor, MustChangePassword,
        RecoveryCodes, Seed, [.. Methods], SecondFactorUsed, Failures));

    public static PendingSignIn Read(byte[] value)
    {
        var form = JsonSerializer.Deserialize<Form>(value)!;
        var pending = new PendingSignIn
        {
            PersonId = form.PersonId,
            UserName = form.UserName,
            SecurityVersion = form.SecurityVersion,
            StartedAt = form.StartedAt,
            Request = form.Request,
            SessionId = form.SessionId,
            Everything = form.Everything,
            KnownBrowser = form.KnownBrowser,
            HasFactor = form.HasFactor,
            HasPasskey = form.HasPasskey,
            NeedsPassword = form.NeedsPassword,
            NeedsFactor = form.NeedsFactor,
            MustChangePassword = form.MustChangePassword,
            RecoveryCodes = form.RecoveryCodes,
            Seed = form.Seed,
            SecondFactorUsed = form.SecondFactorUsed,
            Failures = form.Failures,
            Written = value,
        };
        pending.Used([.. form.Methods]);
        return pending;
    }

    private sealed record Form(
        string PersonId, string UserName, long SecurityVersion, DateTimeOffset StartedAt, HandoffRequest? Request, string? SessionId, bool Everything, string? KnownBrowser,
        bool HasFactor, bool HasPasskey, bool NeedsPassword, bool NeedsFactor, bool MustChangePassword, IReadOnlyList<string>? RecoveryCodes, byte[]? Seed,
        IReadOnlyList<string> Methods, bool SecondFactorUsed, int Failures);

    public void Used(params ReadOnlySpan<string> methods)
    {
        foreach (var method in methods)
        {
            if (!Methods.Contains(method))
                Methods.Add(method);
        }
    }
}
