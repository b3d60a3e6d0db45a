using System.Globalization;
using Intilery.AspNetCore.Enrich.Happenings;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.Identity;

/// <summary>Finds in a context what a save is about to change of Identity's users and claims.</summary>
internal sealed class ChangeFinder(LiveOptions options, TimeProvider time)
{
    private const string KeyName = nameof(IdentityUser.Id);

    public IReadOnlyList<ChangeCandidate> Find(DbContext context)
    {
        var model = WatchedModel.Of(context.Model);
        if (model.IsEmpty)
        {
            return [];
        }

        List<ChangeCandidate>? found = null;
        foreach (var entry in context.ChangeTracker.Entries())
        {
            if (entry.State is EntityState.Added or EntityState.Modified && Candidate(model, entry) is { } candidate)
            {
                (found ??= []).Add(candidate);
            }
        }

        return found ?? (IReadOnlyList<ChangeCandidate>)[];
    }

    private ChangeCandidate? Candidate(WatchedModel model, EntityEntry entry)
    {
        if (model.IsUser(entry.Metadata, out var user))
        {
            if (entry.State == EntityState.Added)
            {
                return new ChangeCandidate(entry, saved => UserId(saved, KeyName) is { } id
                    ? new UserCreated { Key = MessageIds.Next(), UserId = id, At = time.GetUtcNow(), Profile = user.Read(saved) }
                    : null);
            }

            return !user.HasChanged(entry) ? null : new ChangeCandidate(entry, saved => UserId(saved, KeyName) is { } id
                ? new ProfileChanged { Key = MessageIds.Next(), UserId = id, At = time.GetUtcNow(), Profile = user.Read(saved) }
                : null);
        }

        if (entry.State == EntityState.Added
            && model.IsClaim(entry.Metadata)
            && Text(entry, nameof(IdentityUserClaim<>.ClaimType)) is { } type
            && options.Current.Tenant.EffectiveClaimTypes.Contains(type)
            && EventText.IsId(Text(entry, nameof(IdentityUserClaim<>.ClaimValue))))
        {
            return new ChangeCandidate(entry, saved => UserId(saved, nameof(IdentityUserClaim<>.UserId)) is { } id
                && saved[nameof(IdentityUserClaim<>.ClaimValue)] is string tenant
                && EventText.IsId(tenant)
                ? new TenantJoined { Key = MessageIds.Next(), UserId = id, At = time.GetUtcNow(), GroupId = tenant }
                : null);
        }

        return null;
    }

    private static string? Text(EntityEntry entry, string property) => entry.Property(property).CurrentValue as string;

    // As Identity's stores write a key, which is what the user's claim holds too.
    private static string? UserId(PropertyValues values, string property)
    {
        var id = values[property] switch
        {
            string text => text,
            IFormattable key => key.ToString(null, CultureInfo.InvariantCulture),
            var key => key?.ToString(),
        };
        return EventText.IsId(id) ? id : null;
    }
}
