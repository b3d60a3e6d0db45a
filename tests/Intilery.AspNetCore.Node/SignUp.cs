using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Intilery.AspNetCore.Node;

/// <summary>Signs a user up in one of the ways that applications have, chosen by chance; some are rolled back.</summary>
internal static class SignUp
{
    public static async Task<string> RunAsync<TUser>(DbContext db, Func<TUser> newUser)
        where TUser : class
    {
        switch (Random.Shared.Next(5))
        {
            case 0:
                db.Add(newUser());
                await db.SaveChangesAsync();
                return "saved";

            case 1:
                await InTransactionAsync(db, newUser, (_, transaction) => transaction.CommitAsync());
                return "committed";

            case 2:
                await InTransactionAsync(db, newUser, (_, transaction) => transaction.RollbackAsync());
                return "rolled back";

            case 3:
                await InTransactionAsync(db, newUser, (_, _) => Task.CompletedTask);
                return "disposed";

            default:
                await db.Database.OpenConnectionAsync();
                await using (DbTransaction raw = await db.Database.GetDbConnection().BeginTransactionAsync())
                {
                    await db.Database.UseTransactionAsync(raw);
                    db.Add(newUser());
                    await db.SaveChangesAsync();
                    await raw.CommitAsync();
                }

                return "committed behind";
        }
    }

    /// <summary>Signs a user up, and returns the id.</summary>
    public static async Task<string> SaveAsync(StringKeyNodeDb db)
    {
        var user = StringKeyNodeDb.NewUser();
        db.Add(user);
        await db.SaveChangesAsync();
        return user.Id;
    }

    private static async Task InTransactionAsync<TUser>(DbContext db, Func<TUser> newUser, Func<DbContext, IDbContextTransaction, Task> end)
        where TUser : class
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Add(newUser());
        await db.SaveChangesAsync();
        await end(db, transaction);
    }
}
