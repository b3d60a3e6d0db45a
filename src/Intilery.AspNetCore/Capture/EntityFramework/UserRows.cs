using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Reads the row of a user whom the request has loaded, as Identity has whenever it signs a user in. It asks no database, detects no
/// changes and makes no context: where the row is not at hand, nothing is known of it.
/// </summary>
internal sealed class UserRows(
    RequestContexts contexts,
    WatchedModels models,
    TrackedTransactions transactions,
    IOptionsMonitor<IntileryOptions> options,
    IOptions<IdentityOptions> identity,
    LifecycleDiagnostics diagnostics)
{
    /// <summary>Returns the row of the user who is signed in; <see langword="null"/> if it is not loaded.</summary>
    /// <param name="request">The request.</param>
    /// <param name="principal">The principal that is signed in.</param>
    /// <param name="userId">The id that the principal has.</param>
    /// <param name="names">The e-mail address and the user name that the principal has.</param>
    /// <param name="otherKey">
    /// The key of the one loaded row that has one of these names and another key than the id: the same person's, under two ids.
    /// <see langword="null"/> if there is none.
    /// </param>
    public UserRow? Find(
        HttpContext request, ClaimsPrincipal principal, string userId, IReadOnlyCollection<string> names, out string? otherKey)
    {
        otherKey = null;

        // Identity stamps the principals that it makes of a user: by this one a user manager was at work, and with it a store and a
        // context.
        if (request.RequestServices is not { } services
            || principal.FindFirst(identity.Value.ClaimsIdentity.SecurityStampClaimType) is null)
        {
            return null;
        }

        try
        {
            // Looked for once: whether the request has made a context is not to be seen a second time.
            var made = contexts.Of(services).ToList();
            var row = made.Select(context => Find(context, userId)).FirstOrDefault(row => row is not null);
            otherKey = row is null
                ? made.Select(context => FindOtherKey(context, userId, names)).FirstOrDefault(key => key is not null)
                : null;
            return row;
        }
        catch (Exception exception)
        {
            // The application's own context, disposed by itself perhaps: who signs in is known without it.
            diagnostics.Failed("reading the row of the user who signs in", exception);
            return null;
        }
    }

    /// <summary>
    /// Returns the row of a user whose sign-in the application tracks itself; <see langword="null"/> if it is not loaded.
    /// </summary>
    public UserRow? Find(HttpContext request, string userId)
    {
        if (request.RequestServices is not { } services)
        {
            return null;
        }

        try
        {
            return contexts.Of(services).Select(context => Find(context, userId)).FirstOrDefault(row => row is not null);
        }
        catch (Exception exception)
        {
            // The application's own context, disposed by itself perhaps: who signs in is known without it.
            diagnostics.Failed("reading the row of the user who signs in", exception);
            return null;
        }
    }

    private string? FindOtherKey(DbContext context, string userId, IReadOnlyCollection<string> names)
    {
        var model = models.Of(context.Model);
        var keys = Undetected.Entries(context)
            .Select(entry => (Entry: entry, Watch: model.UserWatchOf(entry)))
            .Where(user => user is { Watch: not null, Entry.State: EntityState.Unchanged or EntityState.Modified })
            .Select(user => (Key: user.Watch!.IdOf(user.Entry), Row: Undetected.Read(user.Entry, user.Watch.Properties.ReadTracked)))
            .Where(user => user.Key is not null && (IsName(user.Row.Email) || IsName(user.Row.Username)))
            .Take(2)
            .ToList();
        return keys is [{ Key: { } key }] && key != userId ? key : null;

        bool IsName(string? text) => text is not null && names.Contains(text, StringComparer.OrdinalIgnoreCase);
    }

    private UserRow? Find(DbContext context, string userId)
    {
        var model = models.Of(context.Model);
        var tracked = Undetected.Entries(context)
            .Select(entry => (Entry: entry, Watch: model.UserWatchOf(entry)))
            .Where(user => user.Watch?.IdOf(user.Entry) == userId)
            .Take(2)
            .ToList();

        // Users of two types, each with a table of its own, may have one id: then it is unknown who signs in.
        return tracked is [{ Entry: { State: EntityState.Unchanged or EntityState.Modified } entry, Watch: { } watch }]
            && IsCommitted(context, userId)
            ? Read(model, watch, entry)
            : null;
    }

    private UserRow Read(WatchedModel model, UserWatch watch, EntityEntry entry)
    {
        var tenant = model.Memberships.FirstOrDefault(source => source.Type == entry.Metadata);
        var whole = Undetected.Read(entry, watch.Properties.ReadTracked);
        return new UserRow(
            whole.Only(watch.Properties.Visible(options.CurrentValue.Privacy)),
            tenant?.Read(Undetected.Read(entry, ChangedRow.Tracked))?.AccountId,
            options.CurrentValue.Exclude.HasDomainOf(whole.Email));
    }

    // A change in an open transaction may be rolled back; if it commits, the fact of the save has it.
    private bool IsCommitted(DbContext context, string userId) =>
        AmbientTransaction.Of(context) is null
        && (!context.Database.IsRelational() || context.Database.CurrentTransaction?.GetDbTransaction() is not { } transaction || !transactions.Holds(transaction, userId));
}

/// <summary>The profile and account in a user's row.</summary>
/// <param name="Profile">The profile, reduced to the members that may be sent.</param>
/// <param name="TenantId">The account that the row names.</param>
/// <param name="IsExcluded">Whether the options exclude the person, also by members that may not be sent.</param>
internal sealed record UserRow(Profile Profile, string? TenantId, bool IsExcluded);
