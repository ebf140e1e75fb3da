using Microsoft.AspNetCore.Identity;

namespace Nullius.Identity.People;

/// <summary>Length and the common-password list; no rules of composition (NIST SP 800-63B-4, section 3.1.1.2).</summary>
internal sealed class PasswordRules : IPasswordValidator<Person>
{
    public const int Least = 12;

    /// <summary>Characters; longer ones are refused, not cut.</summary>
    public const int Most = 256;

    /// <summary>What is wrong with it, in words for the person; null when nothing is.</summary>
    public static string? Fault(string? password, params IReadOnlyList<string> personal)
    {
        if (password is null || password.EnumerateRunes().Count() < Least)
            return $"Use at least {Least} characters. A few words in a row are easy to keep in mind.";
        if (password.Length > Most)
            return $"Use at most {Most} characters.";
        if (CommonPasswords.Contains(password, personal))
            return "This password is easy to guess: it is made of common words, keyboard rows, dates or your name. Choose another one.";
        return null;
    }

    public Task<IdentityResult> ValidateAsync(UserManager<Person> manager, Person user, string? password) =>
        Task.FromResult(Fault(password, user.UserName ?? "", user.DisplayName) is { } fault
            ? IdentityResult.Failed(new IdentityError { Code = "password", Description = fault })
            : IdentityResult.Success);
}
