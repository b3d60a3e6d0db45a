using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using static Intilery.AspNetCore.Tests.Capture.EntityFramework.MappedTeams;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>EF Core's in-memory database, which has neither commands nor transactions.</summary>
public sealed class InMemoryTests : IAsyncLifetime
{
    private readonly Suppression _suppression = new();
    private Func<TeamsDb, Task> _work = _ => Task.CompletedTask;
    private IdentityApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        var name = $"teams-{Guid.NewGuid():N}";
        _app = await Work.StartAsync(
            context => _work(context.RequestServices.GetRequiredService<TeamsDb>()),
            new IdentityAppSetup
            {
                Services = services =>
                {
                    services.AddDbContext<TeamsDb>(options => options.UseInMemoryDatabase(name).AddInterceptors(_suppression));
                    Members(services.AddIntilery());
                },
            });
        await InRequestAsync(db => db.AddAndSaveAsync(User("peter"), new Team { Id = 7 }, new Team { Id = 8 }, Member("peter", 7), new Seat { Id = 1, UserId = "peter", TeamId = 8 }));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task The_memberships_of_a_user_who_is_deleted_end_although_they_are_not_tracked() => Assert.Equal(
        ["Account Removed User peter 7", "Account Removed User peter 8"],
        (await InRequestAsync(async db =>
        {
            db.Remove(await db.Users.SingleAsync());
            await db.SaveChangesAsync();
        })).Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_row_that_is_updated_unseen_ends_the_membership() => Assert.Equal(
        ["Account Removed User peter 8"],
        await InRequestAsync(async db =>
        {
            db.Update(new Seat { Id = 1, UserId = "peter", TeamId = 8, EndedAt = DateTimeOffset.UnixEpoch });
            await db.SaveChangesAsync();
        }));

    [Fact]
    public async Task A_save_that_does_not_accept_its_changes_counts() => Assert.Equal(
        ["Account Added User samir 7 as Member", "Signed Up samir", "identify samir"],
        (await InRequestAsync(async db =>
        {
            db.AddRange(User("samir"), Member("samir", 7));
            await db.SaveChangesAsync(acceptAllChangesOnSuccess: false);
        })).Select(line => line.Replace("samir 7", line.StartsWith("Account", StringComparison.Ordinal) ? "samir 7 as Member" : "samir", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_save_that_an_interceptor_suppresses_is_nothing()
    {
        _suppression.IsOn = true;

        Assert.Empty(await InRequestAsync(async db =>
        {
            db.Add(User("samir"));
            Assert.Equal(1, await db.SaveChangesAsync());
        }));
    }

    private async Task<IReadOnlyList<string>> InRequestAsync(Func<TeamsDb, Task> work)
    {
        _work = work;
        await _app.ForgetAsync();
        await Work.DoAsync(_app);
        return await _app.LinesAsync();
    }

    private sealed class Suppression : SaveChangesInterceptor
    {
        public bool IsOn { get; set; }

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
            new(IsOn ? InterceptionResult<int>.SuppressWithResult(1) : result);
    }
}
