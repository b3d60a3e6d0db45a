using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Intilery.AspNetCore.Tests.Support.Teams;

/// <summary>An application's interceptor that ends a seat, or archives a user, where something deletes it.</summary>
public sealed class SeatsAreKept : SaveChangesInterceptor
{
    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        foreach (var entry in eventData.Context!.ChangeTracker.Entries().Where(entry => entry.State == EntityState.Deleted).ToList())
        {
            if (entry.Entity is Seat seat)
            {
                entry.State = EntityState.Modified;
                seat.EndedAt = DateTimeOffset.UnixEpoch;
            }
            else if (entry.Entity is Team team)
            {
                entry.State = EntityState.Modified;
                team.IsArchived = true;
            }
            else if (entry.Entity is TeamUser user)
            {
                entry.State = EntityState.Modified;
                user.IsArchived = true;
            }
        }

        return new(result);
    }
}
