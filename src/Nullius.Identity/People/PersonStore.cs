using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace Nullius.Identity.People;

/// <summary>Identity's store over <see cref="IdentityDb"/>. It saves nothing by itself: whoever changes something saves all of it at once.</summary>
internal sealed class PersonStore
    : UserOnlyStore<Person, IdentityDb, string, IdentityUserClaim<string>, IdentityUserLogin<string>, IdentityUserToken<string>, IdentityUserPasskey<string>>
{
    public PersonStore(IdentityDb context)
        : base(context) => AutoSaveChanges = false;
}
