using System.Security.Claims;
using System.Transactions;
using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

/// <summary>The row of who signs in is read where it is at hand, as the database has it, and nothing is done to get at it.</summary>
public sealed class SignInRowTests
{
    [Fact]
    public async Task Nothing_is_asked_of_the_database_and_no_change_is_detected()
    {
        var interceptor = new RecordingInterceptor();
        await using var app = await SignInApp.StartAsync(new SignInSetup { Database = options => options.AddInterceptors(interceptor) });

        await app.InRequestAsync(async context =>
        {
            var (db, peter) = (SignInApp.Db(context), (await SignInApp.Users(context).FindByIdAsync("peter"))!);
            (peter.Email, peter.Job, peter.Name!.First) = ("new@example.com", "Boss", "Pete");
            var before = interceptor.Lines.Count;

            await SignInApp.SignIns(context).SignInAsync(peter, isPersistent: false);

            // The host's own manager asks for the claims and roles of its principal.
            Assert.Equal(
                ["AspNetUserClaims", "AspNetUserRoles"], interceptor.Lines.Skip(before).Select(line => line.Split("FROM \"")[1].Split('"')[0]));
            Assert.True(db.ChangeTracker.AutoDetectChangesEnabled);
            db.ChangeTracker.AutoDetectChangesEnabled = false;
            Assert.All(db.ChangeTracker.Entries(), entry => Assert.Equal(EntityState.Unchanged, entry.State));
        });

        // The principal was made of what the entity says; what is in no claim is as the row has it.
        Assert.Equal([SignInApp.Whole], app.Traits());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_changed_and_not_saved_is_not_told(bool isDetected)
    {
        await using var app = await SignInApp.StartAsync();

        await app.InRequestAsync(async context =>
        {
            var peter = (await SignInApp.Users(context).FindByIdAsync("peter"))!;
            (peter.PhoneNumber, peter.Job, peter.Name) = ("2", null, new PersonName { First = "Pete", Last = "G" });
            if (isDetected)
            {
                SignInApp.Db(context).ChangeTracker.DetectChanges();
            }

            await SignInApp.SignIns(context).SignInAsync(peter, isPersistent: false);
        });

        // Of an owned object that another one has taken the place of, nothing is known.
        Assert.Equal(["""{"email":"peter@example.com","phone":"410-555-9412","username":"pgibbons","title":"the Engineer"}"""], app.Traits());
    }

    [Theory]
    [InlineData(true, """{"firstName":"Peter","lastName":"Gibbons","email":"peter@example.com","phone":"2","username":"pgibbons","title":"the Engineer"}""")]
    [InlineData(false, SignInApp.ByClaims)]
    public async Task What_was_saved_in_an_open_transaction_is_told_when_it_is_committed(bool commits, string traits)
    {
        await using var app = await SignInApp.StartAsync();

        await app.InRequestAsync(async context =>
        {
            await using var transaction = await SignInApp.Db(context).Database.BeginTransactionAsync(context.RequestAborted);
            var peter = (await SignInApp.Users(context).FindByIdAsync("peter"))!;
            await SignInApp.Users(context).SetPhoneNumberAsync(peter, "2");
            await SignInApp.SignIns(context).SignInAsync(peter, isPersistent: false);
            await (commits ? transaction.CommitAsync(context.RequestAborted) : transaction.RollbackAsync(context.RequestAborted));
        });

        Assert.Equal([traits], app.Traits());
    }

    [Fact]
    public async Task An_open_transaction_in_which_the_person_is_left_alone_hides_nothing()
    {
        await using var app = await SignInApp.StartAsync();

        await app.InRequestAsync(async context =>
        {
            await using var transaction = await SignInApp.Db(context).Database.BeginTransactionAsync(context.RequestAborted);
            await SignInApp.SignInAsync(context);
            await transaction.CommitAsync(context.RequestAborted);
        });

        Assert.Equal([SignInApp.Whole], app.Traits());
    }

    [Fact]
    public async Task Of_an_ambient_transaction_nobody_can_tell_whether_it_will_commit()
    {
        await using var app = await SignInApp.StartAsync(new SignInSetup
        {
            Database = options => options.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.AmbientTransactionWarning)),
        });

        await app.InRequestAsync(async context =>
        {
            using var transaction = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await SignInApp.SignInAsync(context);
            transaction.Complete();
        });

        Assert.Equal([SignInApp.ByClaims], app.Traits());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_context_that_the_request_has_not_made_is_not_made_for_it(bool isStamped)
    {
        var made = 0;
        IServiceProvider? request = null;
        await using var app = await SignInApp.StartAsync(new SignInSetup
        {
            Services = services => services.AddScoped(provider =>
            {
                // The package looks for the account in a scope of its own.
                made += ReferenceEquals(provider, request) ? 1 : 0;
                return new TeamsDb(provider.GetRequiredService<DbContextOptions<TeamsDb>>());
            }),
        });
        made = 0;

        // Stamped by a manager of another scope, perhaps.
        var stamp = new Claim(new ClaimsIdentityOptions().SecurityStampClaimType, "stamp");
        await app.InRequestAsync(context =>
        {
            request = context.RequestServices;
            return context.SignInAsync(IdentityConstants.ApplicationScheme, isStamped ? SignInApp.HandMade(stamp) : SignInApp.HandMade());
        });

        Assert.Equal(0, made);
        Assert.Equal(["""{"username":"pgibbons"}"""], app.Traits());
        await app.InRequestAsync(context =>
        {
            request = context.RequestServices;
            return SignInApp.SignInAsync(context);
        });
        Assert.Equal(1, made);
        Assert.Equal(["""{"username":"pgibbons"}""", SignInApp.Whole], app.Traits());
    }

    [Fact]
    public async Task Where_nothing_is_tracked_the_claims_tell()
    {
        await using var app = await SignInApp.StartAsync(
            new SignInSetup { Database = options => options.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking) });

        await app.InRequestAsync(SignInApp.SignInAsync);

        Assert.Equal([SignInApp.ByClaims], app.Traits());
    }

    [Fact]
    public async Task A_plain_cookie_of_somebody_who_is_loaded_is_told_by_its_claims()
    {
        await using var app = await SignInApp.StartAsync(new SignInSetup { Settings = new() { ["Intilery:TrackedSchemes:0"] = "Partners" } });

        await app.InRequestAsync(async context =>
        {
            await SignInApp.Users(context).FindByIdAsync("peter");
            await context.SignInAsync("Partners", SignInApp.HandMade());
        });

        Assert.Equal(["""{"username":"pgibbons"}"""], app.Traits());
    }

    [Fact]
    public async Task Of_users_in_two_tables_with_one_id_nobody_knows_who_signs_in()
    {
        await using var app = await SignInApp.StartAsync(new SignInSetup { Services = services => services.AddIntilery().MapUsers<Subscriber>(email: user => user.Address) });
        await app.InScopeAsync(async services =>
        {
            services.GetRequiredService<TeamsDb>().Add(new Subscriber { Id = 1, Address = "samir@example.com" });
            await services.GetRequiredService<UserManager<TeamUser>>().CreateAsync(new TeamUser { Id = "1", UserName = "milton", PhoneNumber = "1" });
        });

        await app.InRequestAsync(async context =>
        {
            await SignInApp.Db(context).Set<Subscriber>().LoadAsync(context.RequestAborted);
            await SignInApp.SignIns(context).SignInAsync((await SignInApp.Users(context).FindByIdAsync("1"))!, isPersistent: false);
        });

        Assert.Equal(["""{"username":"milton"}"""], app.Traits());
    }

    [Fact]
    public async Task A_context_that_the_application_has_disposed_of_fails_nothing()
    {
        await using var app = await SignInApp.StartAsync();

        await app.InRequestAsync(async context =>
        {
            var principal = await SignInApp.SignIns(context).CreateUserPrincipalAsync((await SignInApp.Users(context).FindByIdAsync("peter"))!);
            await SignInApp.Db(context).DisposeAsync();
            await context.SignInAsync(IdentityConstants.ApplicationScheme, principal);
        });

        Assert.Equal([SignInApp.ByClaims], app.Traits());
        app.Recorder.AssertSequence("peter", "identify", "Signed In");
    }
}
