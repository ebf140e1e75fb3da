using System.Buffers.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Nullius.Identity.People;

/// <summary>What the browser is asked, and what the server keeps until the answer; never sent to the browser.</summary>
public sealed record PasskeyQuestion(string OptionsJson, string State);

/// <summary>Passkeys by ASP.NET Core Identity's handler: user verification always, origin and relying party of the sign-in host only.</summary>
public sealed class Passkeys
{
    /// <summary>Of an answer from the browser, in characters.</summary>
    public const int MostAnswer = 16 * 1024;

    private const int MostPerPerson = 20;

    private readonly IPasskeyHandler<Person> _handler;
    private readonly UserManager<Person> _people;
    private readonly IdentityDb _db;
    private readonly IAccountEvents _events;
    private readonly TimeProvider _time;

    internal Passkeys(IPasskeyHandler<Person> handler, UserManager<Person> people, IdentityDb db, IAccountEvents events, TimeProvider time) =>
        (_handler, _people, _db, _events, _time) = (handler, people, db, events, time);

    /// <summary>Asks for a new passkey.</summary>
    public async Task<PasskeyQuestion> AskNewAsync(HttpContext context, string personId)
    {
        var person = await _db.Users.AsNoTracking().SingleAsync(row => row.Id == personId, context.RequestAborted);
        var entity = new PasskeyUserEntity { Id = person.Id, Name = person.UserName ?? "", DisplayName = person.DisplayName.Length > 0 ? person.DisplayName : person.UserName ?? "" };
        var question = await _handler.MakeCreationOptionsAsync(entity, context);
        return new PasskeyQuestion(question.CreationOptionsJson, question.AttestationState ?? "");
    }

    /// <summary>Adds the passkey that the browser made.</summary>
    /// <returns>The new security version; null when the answer does not fit the question.</returns>
    public async Task<long?> AddAsync(HttpContext context, string personId, string state, string answer, string name, Survivors survivors)
    {
        if (answer.Length > MostAnswer)
            return null;
        var result = await _handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = context, CredentialJson = answer, AttestationState = state });

        // INVARIANT: the answer belongs to the person for whom it was asked, and a known credential never changes its owner.
        if (!result.Succeeded || result.UserEntity.Id != personId || !result.Passkey.IsUserVerified)
            return null;
        var id = result.Passkey.CredentialId;
        if (await _db.UserPasskeys.AnyAsync(row => row.CredentialId == id, context.RequestAborted)
            || await _db.UserPasskeys.CountAsync(row => row.UserId == personId, context.RequestAborted) >= MostPerPerson)
            return null;
        var person = await _db.Users.SingleAsync(row => row.Id == personId, context.RequestAborted);
        result.Passkey.Name = name.Trim() is { Length: > 0 and <= 60 } given ? given : "Passkey";
        await SecurityVersions.RaiseAsync(_db, person, survivors, "passkey added", _time.GetUtcNow(), context.RequestAborted);
        await _db.SaveRecordedAsync(
            _events, [Event(person, AccountEventKind.FactorAdded)], () => _people.AddOrUpdatePasskeyAsync(person, result.Passkey), context.RequestAborted);
        return person.SecurityVersion;
    }

    /// <summary>Asks for a passkey: one of a person's, or any that the browser has for this site.</summary>
    public async Task<PasskeyQuestion> AskAsync(HttpContext context, string? personId)
    {
        var person = personId is null ? null : await _db.Users.SingleOrDefaultAsync(row => row.Id == personId, context.RequestAborted);
        var question = await _handler.MakeRequestOptionsAsync(person, context);
        return new PasskeyQuestion(question.RequestOptionsJson, question.AssertionState ?? "");
    }

    /// <summary>The enabled person whose passkey answered; null when the answer does not fit the question.</summary>
    public async Task<Person?> VerifyAsync(HttpContext context, string state, string answer)
    {
        if (answer.Length > MostAnswer)
            return null;
        var result = await _handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = context, CredentialJson = answer, AssertionState = state });
        if (!result.Succeeded || result.User.Disabled || !result.Passkey.IsUserVerified)
            return null;
        await _people.AddOrUpdatePasskeyAsync(result.User, result.Passkey);
        await _db.SaveChangesAsync(context.RequestAborted);
        return result.User;
    }

    /// <summary>Removes a passkey. Null, and nothing is removed, when it is the person's only factor or not the person's.</summary>
    public async Task<long?> RemoveAsync(string personId, string passkeyId, Survivors survivors, CancellationToken cancellation)
    {
        var person = await _db.Users.SingleAsync(row => row.Id == personId, cancellation);
        var mine = await _db.UserPasskeys.Where(row => row.UserId == personId).ToListAsync(cancellation);
        var chosen = mine.SingleOrDefault(row => Base64Url.EncodeToString(row.CredentialId) == passkeyId);
        if (chosen is null || (mine.Count == 1 && !await _db.Authenticators.AnyAsync(row => row.PersonId == personId, cancellation)))
            return null;
        _db.Remove(chosen);
        await SecurityVersions.RaiseAsync(_db, person, survivors, "passkey removed", _time.GetUtcNow(), cancellation);
        await _db.SaveRecordedAsync(_events, Event(person, AccountEventKind.FactorRemoved), cancellation);
        return person.SecurityVersion;
    }

    internal static PasskeySummary Summary(IdentityUserPasskey<string> row) =>
        new(Base64Url.EncodeToString(row.CredentialId), row.Data.Name ?? "Passkey", row.Data.CreatedAt);

    private static AccountEvent Event(Person person, AccountEventKind kind) =>
        new(kind) { PersonId = person.Id, UserName = person.UserName, Detail = "passkey" };
}
