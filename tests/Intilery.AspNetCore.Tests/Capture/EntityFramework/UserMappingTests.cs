using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>What of a user's row tells of the person, and what of it is forgotten.</summary>
public sealed class UserMappingTests
{
    private static readonly Action<IntileryBuilder> _names = builder => builder.MapUsers<TeamUser>(
        firstName: user => user.Name!.First, lastName: user => user.Name!.Last, title: user => user.Label);

    [Fact]
    public async Task Properties_owned_computed_and_by_convention_are_in_the_sign_up_and_the_traits()
    {
        await using var app = await TeamsApp.StartAsync(_names);

        await app.InRequestAsync(async db =>
        {
            db.Users.Add(new TeamUser { Id = "peter", UserName = "pgibbons", Job = "Engineer", Name = new PersonName { First = "Peter", Last = "Gibbons" } });
            await db.SaveChangesAsync();
        });

        var calls = await app.App.RecordedAsync();
        Assert.Equal(
            """{"firstName":"Peter","lastName":"Gibbons","username":"pgibbons","title":"the Engineer"}""", calls[0].Call["traits"]!.ToJsonString());
        Assert.Equal(
            """{"type":"organic","first_name":"Peter","last_name":"Gibbons","username":"pgibbons","title":"the Engineer"}""",
            calls[1].Call["properties"]!.ToJsonString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_of_what_the_user_owns_is_told(bool marksTheUserToo)
    {
        await using var app = await StartAsync();

        var traits = await TraitsAsync(app, async db =>
        {
            var peter = await db.Users.SingleAsync();
            peter.Name!.First = "Pete";
            if (marksTheUserToo)
            {
                db.Update(peter);
            }

            await db.SaveChangesAsync();
        });

        Assert.Equal(["""{"firstName":"Pete","lastName":"Gibbons","username":"pgibbons","title":"the Engineer"}"""], traits);
    }

    [Fact]
    public async Task A_change_of_what_is_computed_is_told_and_its_end_too()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            ["""{"firstName":"Peter","lastName":"Gibbons","username":"pgibbons","title":"the Boss"}"""],
            await TraitsAsync(app, async db =>
            {
                (await db.Users.SingleAsync()).Job = "Boss";
                await db.SaveChangesAsync();
            }));
        Assert.Equal(
            ["""{"firstName":"Peter","lastName":"Gibbons","username":"pgibbons","title":null}"""],
            await TraitsAsync(app, async db =>
            {
                (await db.Users.SingleAsync()).Job = null;
                await db.SaveChangesAsync();
            }));
    }

    [Fact]
    public async Task An_owned_object_that_is_put_in_anothers_place_is_told()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            ["""{"firstName":"Pete","lastName":null,"username":"pgibbons","title":"the Engineer"}"""],
            await TraitsAsync(app, async db =>
            {
                (await db.Users.SingleAsync()).Name = new PersonName { First = "Pete" };
                await db.SaveChangesAsync();
            }));
    }

    [Fact]
    public async Task A_change_of_what_is_mapped_nowhere_is_nothing()
    {
        await using var app = await StartAsync();

        Assert.Empty(await app.InRequestAsync(async db =>
        {
            var peter = await db.Users.SingleAsync();
            peter.AccessFailedCount++;
            db.Update(peter);
            await db.SaveChangesAsync();
        }));
    }

    [Fact]
    public async Task A_trait_that_was_removed_is_sent_as_null_once_and_not_in_a_sign_up()
    {
        await using var app = await StartAsync();

        var removal = await TraitsAsync(app, async db =>
        {
            var peter = await db.Users.SingleAsync();
            (peter.PhoneNumber, peter.Email) = ("410-555-9412", "peter@example.com");
            await db.SaveChangesAsync();
            (peter.PhoneNumber, peter.Email) = (null, " ");
            await db.SaveChangesAsync();
        });
        var change = await TraitsAsync(app, async db =>
        {
            (await db.Users.SingleAsync()).Email = "new@example.com";
            await db.SaveChangesAsync();
        });

        Assert.Equal(["""{"firstName":"Peter","lastName":"Gibbons","email":null,"phone":null,"username":"pgibbons","title":"the Engineer"}"""], removal);
        Assert.Equal(["""{"firstName":"Peter","lastName":"Gibbons","email":"new@example.com","username":"pgibbons","title":"the Engineer"}"""], change);
        await app.InRequestAsync(async db =>
        {
            var samir = new TeamUser { Id = "samir", UserName = "samir", PhoneNumber = "1" };
            db.Users.Add(samir);
            await db.SaveChangesAsync();
            samir.PhoneNumber = null;
            await db.SaveChangesAsync();
        });
        var calls = await app.App.RecordedAsync();
        Assert.Equal("""{"phone":null,"username":"samir"}""", calls[0].Call["traits"]!.ToJsonString());
        Assert.False(calls[1].Call["properties"]!.AsObject().TryGetPropertyValue("email", out _));
    }

    [Fact]
    public async Task A_user_may_be_any_entity_with_a_key_of_one_column()
    {
        await using var app = await TeamsApp.StartAsync(builder => builder.MapUsers<Subscriber>(email: subscriber => subscriber.Address, tenant: subscriber => subscriber.Publisher));

        Assert.Equal(
            ["identify 1 p", "Signed Up 1 p", "Account Added User 1 p"],
            await app.InRequestAsync(async db =>
            {
                db.Add(new Subscriber { Address = "peter@example.com", Publisher = "p" });
                await db.SaveChangesAsync();
            }));
        Assert.Equal("""{"email":"peter@example.com"}""", (await app.App.RecordedAsync())[0].Call["traits"]!.ToJsonString());
    }

    [Fact]
    public async Task A_computed_property_that_throws_is_absent_and_fails_nothing()
    {
        await using var app = await TeamsApp.StartAsync(builder => builder.MapUsers<TeamUser>(title: user => user.UserName!.Substring(999)));

        Assert.Equal(
            ["identify peter", "Signed Up peter"],
            await app.InRequestAsync(async db =>
            {
                var peter = new TeamUser { Id = "peter", UserName = "peter" };
                db.Users.Add(peter);
                await db.SaveChangesAsync();
                peter.AccessFailedCount++;
                await db.SaveChangesAsync();
            }));
        Assert.Equal("""{"username":"peter"}""", (await app.App.RecordedAsync())[0].Call["traits"]!.ToJsonString());
    }

    [Fact]
    public async Task Of_two_calls_for_one_type_the_last_counts()
    {
        await using var app = await TeamsApp.StartAsync(builder => builder
            .MapUsers<TeamUser>(title: user => user.Label).MapUsers<TeamUser>(title: user => user.Job));

        await app.InRequestAsync(async db =>
        {
            db.Users.Add(new TeamUser { Id = "peter", UserName = "peter", Job = "Engineer" });
            await db.SaveChangesAsync();
        });

        Assert.Equal("""{"username":"peter","title":"Engineer"}""", (await app.App.RecordedAsync())[0].Call["traits"]!.ToJsonString());
    }

    private static async Task<TeamsApp> StartAsync()
    {
        var app = await TeamsApp.StartAsync(_names);
        await app.GivenAsync(new TeamUser { Id = "peter", UserName = "pgibbons", Job = "Engineer", Name = new PersonName { First = "Peter", Last = "Gibbons" } });
        return app;
    }

    private static async Task<IEnumerable<string>> TraitsAsync(TeamsApp app, Func<TeamsDb, Task> work)
    {
        await app.InRequestAsync(work);
        return (await app.App.RecordedAsync()).Select(call => call.Call["traits"]!.ToJsonString());
    }
}
