using System.Data.Common;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Asks the database, just before a save, which memberships the users have whose memberships it changes: rows that are not tracked
/// count too, and a user who is deleted takes them along without a word. Fenced by a savepoint, because on some databases a query
/// that fails takes the application's transaction with it.
/// </summary>
internal sealed class MembershipLookup(WatchedModels models, LifecycleDiagnostics diagnostics)
{
    // One save that changes more people's memberships than that is an import; what it tracks has to do.
    private const int MaxPeople = 200;

    private const string Savepoint = "intilery_lookup";

    public static bool IsNeeded(SaveNotes notes) =>
        notes.Context.Database.IsRelational() && notes.Memberships.KeysToLookUp.Count is > 0 and <= MaxPeople;

    public void LookUp(SaveNotes notes)
    {
        var (context, keys) = (notes.Context, notes.Memberships.KeysToLookUp);
        var found = new MembershipsFound();
        try
        {
            context.Database.OpenConnection();
            try
            {
                var fence = Fence(context);
                fence?.Save(Savepoint);
                try
                {
                    foreach (var query in Queries(notes, keys))
                    {
                        using var command = query.Command;
                        using var reader = command.ExecuteReader();
                        while (reader.Read())
                        {
                            found.Add(query, reader);
                        }
                    }
                }
                catch
                {
                    fence?.Rollback(Savepoint);
                    throw;
                }

                fence?.Release(Savepoint);
            }
            finally
            {
                context.Database.CloseConnection();
            }

            notes.Memberships.Learn(keys, found);
        }
        catch (Exception exception)
        {
            Failed(exception);
        }
    }

    public async Task LookUpAsync(SaveNotes notes)
    {
        var (context, keys) = (notes.Context, notes.Memberships.KeysToLookUp);
        var found = new MembershipsFound();
        try
        {
            // No token of the request's: cut off here, what it saves would be told wrong.
            await context.Database.OpenConnectionAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                var fence = Fence(context);
                await (fence?.SaveAsync(Savepoint) ?? Task.CompletedTask).ConfigureAwait(false);
                try
                {
                    foreach (var query in Queries(notes, keys))
                    {
                        await using var command = query.Command.ConfigureAwait(false);
                        var reader = await query.Command.ExecuteReaderAsync(CancellationToken.None).ConfigureAwait(false);
                        await using var _ = reader.ConfigureAwait(false);
                        while (await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false))
                        {
                            found.Add(query, reader);
                        }
                    }
                }
                catch
                {
                    await (fence?.RollbackAsync(Savepoint) ?? Task.CompletedTask).ConfigureAwait(false);
                    throw;
                }

                await (fence?.ReleaseAsync(Savepoint) ?? Task.CompletedTask).ConfigureAwait(false);
            }
            finally
            {
                await context.Database.CloseConnectionAsync().ConfigureAwait(false);
            }

            notes.Memberships.Learn(keys, found);
        }
        catch (Exception exception)
        {
            Failed(exception);
        }
    }

    private static DbTransaction? Fence(DbContext context) =>
        context.Database.CurrentTransaction?.GetDbTransaction() is { SupportsSavepoints: true } transaction ? transaction : null;

    private IEnumerable<MembershipQuery> Queries(SaveNotes notes, IReadOnlyCollection<object> keys)
    {
        var model = models.Of(notes.Context.Model);
        IEnumerable<MembershipSource> sources =
        [
            .. model.Memberships,
            .. notes.Options.Tenant.RoleClaimType is null ? [] : model.Roles,
            .. notes.Options.Exclude.EmailDomains.Count == 0 ? [] : model.Addresses,
        ];
        return sources.Select(source => MembershipQuery.Of(notes.Context, source, keys)).OfType<MembershipQuery>();
    }

    // The host saves whatever we know of its rows; what is tracked has to do.
    private void Failed(Exception exception) => diagnostics.Failed("looking up memberships", exception);
}
