using Microsoft.AspNetCore.Identity;
using Nullius.Identity.People.Unicode;

namespace Nullius.Identity.People;

/// <summary>Length and the common-password list; no rules of composition (NIST SP 800-63B-4, section 3.1.1.2).</summary>
internal sealed class PasswordRules(PeopleOptions options) : IPasswordValidator<Person>
{
    /// <summary>Characters; longer ones are refused, not cut.</summary>
    public const int Most = 256;

    /// <summary>
    /// The form that is hashed: compatibility composition (NIST SP 800-63B-4, section 3.1.1.2), so that a password is the same
    /// whichever keyboard or system typed it.
    /// </summary>
    public static string Canonical(string password) => CompatibilityComposition.Of(password);

    /// <summary>What is wrong with it, in words for the person; null when nothing is.</summary>
    /// <param name="least">Characters that it has at least.</param>
    public static string? Fault(int least, string? password, params IReadOnlyList<string> personal)
    {
        if (password?.Length > Most)
            return $"Use at most {Most} characters.";
        password = password is null ? null : Canonical(password);
        if (password is null || password.EnumerateRunes().Count() < least)
            return $"Use at least {least} characters. A few words in a row are easy to keep in mind.";
        if (CommonPasswords.Contains(password, personal))
            return "This password is easy to guess: it is made of common words, keyboard rows, dates or your name. Choose another one.";
        return null;
    }

    public Task<IdentityResult> ValidateAsync(UserManager<Person> manager, Person user, string? password) =>
        Task.FromResult(Fault(options.LeastPasswordCharacters, password, user.UserName ?? "", user.DisplayName) is { } fault
            ? IdentityResult.Failed(new IdentityError { Code = "password", Description = fault })
            : IdentityResult.Success);
}
