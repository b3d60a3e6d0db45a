extern alias teams;

using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using teams::TeamsApp.Data;
using teams::TeamsApp.Teams;

namespace Intilery.AspNetCore.Tests.Samples;

/// <summary>The built sample, which had customers before tracking was switched on.</summary>
public sealed partial class TeamsAppBackfillTests : IDisposable
{
    private readonly ScratchFolder _on = new();
    private readonly ScratchFolder _off = new();

    [Fact]
    public async Task A_hundred_customers_of_before_are_known_as_if_tracking_had_been_on_from_the_beginning()
    {
        await using var trackedFromTheBeginning = await TrackingApi.StartAsync();
        await using (var app = Start(_on, trackedFromTheBeginning))
        {
            await RegisterAsync(app);
            await trackedFromTheBeginning.WaitForAsync(
                calls => Known(calls).Count == 310, "a hundred people, their sign-ups, ten teams and their members");
        }

        await using var backfilled = await TrackingApi.StartAsync();
        await using (var app = Start(_off, backfilled, isOn: false))
        {
            await RegisterAsync(app);
        }

        Assert.Empty(backfilled.Bodies);
        var dry = await RunAsync(backfilled, "backfill", "--events", "--dry-run", "--json");
        Assert.Empty(backfilled.Bodies);
        var answer = await RunAsync(backfilled, "backfill", "--events", "--yes");

        // The sample's demonstration data are three more people's and a team's.
        Assert.Equal(
            (0, string.Concat(
                new[]
                {
                    "identify: 103 of 103 rows sent", "Signed Up: 103 of 103 rows sent", "Account Created: 11 of 11 rows sent",
                    "Account Added User: 103 of 103 rows sent", "trials: 10 running trials in the schedule",
                }.Select(line => line + Environment.NewLine))),
            answer);
        Assert.Equal(
            ["identify 103", "Signed Up 103", "Account Created 11", "Account Added User 103", "trials 10"],
            JsonNode.Parse(dry.Output)!["parts"]!.AsArray().Select(part => $"{part!["subject"]} {part["sent"]}"));
        var calls = await backfilled.AcceptedAsync(320);
        Assert.Equal(Known(trackedFromTheBeginning.Accepted), Known(calls));
        Assert.All(calls, call => Assert.False((bool)call.Call["context"]!["active"]!));
        Assert.Equal(ScheduledTrials(_on), ScheduledTrials(_off));
    }

    [Fact]
    public async Task A_command_beside_the_running_application_leaves_the_delivery_to_it_and_a_second_one_adds_nothing()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await SampleProcess.StartTeamsAppAsync(_on, Port(api));

        var first = await RunAsync(_on, api, "backfill", "users", "--json");
        var second = await RunAsync(_on, api, "backfill", "users");

        Assert.True(first.ExitCode == 0, first.Output);
        Assert.Equal((0, 3, 3), (first.ExitCode, (int)JsonNode.Parse(first.Output)!["parts"]![0]!["read"]!, (int)JsonNode.Parse(first.Output)!["parts"]![0]!["sent"]!));
        Assert.Equal(0, second.ExitCode);
        Assert.Matches(@"^identify: 3 of 3 rows, sent by an earlier run that ended at \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ; nothing was added\s*$", second.Output);
        Assert.Equal(["Milton", "Peter", "Samir"], (await api.AcceptedAsync(3)).Select(call => (string?)call.Call["traits"]!["firstName"]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("-KILL")]
    [InlineData("-INT")]
    public async Task A_command_that_is_killed_or_stopped_at_a_random_moment_goes_on_where_it_was_and_nobody_is_missing_or_twice(string signal)
    {
        // No more than 10,000 wait, so that it cannot be through when the stand-in refuses the rest.
        const int Customers = 12_000;
        var moment = Random.Shared.Next(1, 900);
        await using var api = await TrackingApi.StartAsync();
        api.AnswerAll((_, _) => api.Accepted.Count >= moment ? HttpStatusCode.ServiceUnavailable : null);
        await using (var app = await SampleProcess.StartTeamsAppAsync(_off, Port(api), ("Intilery__Enabled", "false")))
        {
            await app.StopAsync();
        }

        AddCustomers(_off.Combine("teams.db"), Customers);
        await using (var stopped = SampleProcess.StartTeamsAppCommand(_off, Port(api), "intilery", "backfill", "users"))
        {
            await api.WaitForAsync(calls => calls.Count >= moment, $"{moment} customers");
            var (exitCode, output) = await stopped.EndAsync(signal);
            if (signal != "-KILL")
            {
                Assert.Equal(1, exitCode);

                // The log is in this output too, and may have the last line.
                Assert.Contains($"Stopped. What was sent is remembered: run it again to go on.{Environment.NewLine}", output, StringComparison.Ordinal);
            }
        }

        api.AnswerAll((_, _) => null);
        var resumed = await RunAsync(api, "backfill", "users");

        // The demonstration data are three more people's. What the command leaves after half a minute, the application delivers.
        Assert.Equal(0, resumed.ExitCode);
        Assert.Contains($"identify: {Customers + 3} of {Customers + 3} rows sent{Environment.NewLine}", resumed.Output, StringComparison.Ordinal);
        await using var running = await SampleProcess.StartTeamsAppAsync(_off, Port(api));
        await api.WaitForAsync(calls => calls.Select(call => call.UserId).Distinct().Count() == Customers + 3, $"all customers after {moment}");

        // A request that was under way at the kill is sent again, with the same ids.
        Assert.Equal(Customers + 3, api.Accepted.Select(call => call.MessageId).Distinct().Count());
    }

    public void Dispose()
    {
        _on.Dispose();
        _off.Dispose();
    }

    private static int Port(TrackingApi api) => new Uri(api.BaseAddress).Port;

    private static Task<(int ExitCode, string Output)> RunAsync(ScratchFolder folder, TrackingApi api, params string[] arguments) =>
        SampleProcess.RunTeamsAppAsync(folder, Port(api), ["intilery", .. arguments]);

    private Task<(int ExitCode, string Output)> RunAsync(TrackingApi api, params string[] arguments) => RunAsync(_off, api, arguments);

    // As many rows as one statement makes: copies of one of the demonstration data.
    private static void AddCustomers(string database, int count)
    {
        var columns = ((string)SqliteFolder.Execute(database, "SELECT group_concat(name) FROM pragma_table_info('AspNetUsers')")!).Split(',');
        var values = columns.Select(column => column switch
        {
            "Id" or "UserName" or "Email" => "'customer-' || n",
            "NormalizedUserName" or "NormalizedEmail" => "'CUSTOMER-' || n",
            _ => $"\"{column}\"",
        });
        SqliteFolder.Execute(
            database,
            $"""
            WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
            INSERT INTO "AspNetUsers" ({string.Join(", ", columns.Select(column => $"\"{column}\""))})
            SELECT {string.Join(", ", values)} FROM numbers, (SELECT * FROM "AspNetUsers" LIMIT 1)
            """);
    }

    private static WebApplicationFactory<teams::Program> Start(ScratchFolder folder, TrackingApi api, bool isOn = true) =>
        new WebApplicationFactory<teams::Program>().WithWebHostBuilder(host => host
            .UseEnvironment("Production")
            .UseSetting("ConnectionStrings:Teams", $"Data Source={folder.Combine("teams.db")}")
            .UseSetting("Intilery:Tenant:ClaimType", "tenant_id")
            .UseSetting("Intilery:Enabled", isOn ? "true" : "false")
            .UseSetting("Intilery:ClientId", TrackingApi.ClientId)
            .UseSetting("Intilery:AuthToken", TrackingApi.Token)
            .UseSetting("Intilery:BaseAddress", api.BaseAddress)
            .ConfigureLogging(logging => logging.ClearProviders())
            .ConfigureTestServices(services => services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1)));

    // Ten teams with a trial each: the owner, and nine people whom the owner has invited.
    private static async Task RegisterAsync(WebApplicationFactory<teams::Program> app)
    {
        for (var team = 0; team < 10; team++)
        {
            var email = $"owner-{team}@example.com";
            using var owner = new TestBrowser(app.CreateClient(new() { AllowAutoRedirect = false }));
            await SubmitAsync(owner, "/register", Person(email, $"Owner {team}"));
            await SubmitAsync(owner, "/teams/new", ("Name", $"Team {team}"));

            await using var scope = app.Services.CreateAsyncScope();
            var ownerId = (await scope.ServiceProvider.GetRequiredService<UserManager<AppUser>>().FindByEmailAsync(email))!.Id;
            var membership = await scope.ServiceProvider.GetRequiredService<TeamsDbContext>().Members.SingleAsync(
                member => member.UserId == ownerId, TestContext.Current.CancellationToken);
            using var trial = await owner.Client.PostAsJsonAsync(
                $"/api/teams/{membership.TeamId}/trial", new { PlanName = "Pro", Days = 14, Minutes = 0 }, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, trial.StatusCode);

            for (var member = 0; member < 9; member++)
            {
                var invite = await scope.ServiceProvider.GetRequiredService<TeamService>().InviteAsync(
                    membership.TeamId, ownerId, $"member-{team}-{member}@example.com", null, null, member == 0 ? TeamRoles.Admin : TeamRoles.Member);
                using var invited = new TestBrowser(app.CreateClient(new() { AllowAutoRedirect = false }));
                await SubmitAsync(invited, $"/register?invite={invite.Id}", Person(invite.Email, $"Member {team} {member}"));
            }
        }
    }

    private static (string Name, string Value)[] Person(string email, string name) =>
    [
        ("FirstName", name), ("LastName", "Bolton"), ("JobTitle", "Mr"), ("Phone", "410-555-9412"), ("Email", email), ("Password", "Pa55word!"),
    ];

    private static async Task SubmitAsync(TestBrowser browser, string path, params (string Name, string Value)[] form)
    {
        using var answer = await browser.SubmitAsync(path, form);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    // The team, the plan and the length of each trial whose end is scheduled.
    private static string ScheduledTrials(ScratchFolder folder) => (string)SqliteFolder.Execute(
        folder.Combine("teams.db"),
        """
        SELECT group_concat("Trial", ', ') FROM (
            SELECT t."Name" || ' ' || s."Plan" || ' ' || (s."Ends" - s."Starts") || ' ' || (s."Due" - s."Ends") AS "Trial"
            FROM "IntileryOutboxTrials" s JOIN "Teams" t ON t."Id" = upper(s."GroupId") ORDER BY t."Name")
        """)!;

    // What Intilery knows of the people who registered, with names in the place of ids that differ from run to run. Their company is known by their
    // memberships, too. When they signed up is a time, and whether they were invited is known by their sessions.
    private static IReadOnlyList<string> Known(IReadOnlyList<ReceivedCall> calls)
    {
        var people = calls.Where(call => call.Type == "identify" && ((string?)call.Call["traits"]!["email"])?.EndsWith("@example.com", StringComparison.Ordinal) == true)
            .GroupBy(call => call.UserId!)
            .ToDictionary(known => known.Key, known => known.Last().Call["traits"]!.DeepClone().AsObject());
        foreach (var traits in people.Values)
        {
            traits.Remove("company");
            traits.Remove("createdAt");
        }

        return
        [
            .. people.Values.Select(traits => traits.ToJsonString()).Order(StringComparer.Ordinal),
            .. calls.Where(call => call.Event is "Signed Up" or "Account Created" or "Account Added User" && people.ContainsKey(call.UserId!))
                .Select(call => $"{call.Event} {people[call.UserId!]["email"]} {call.Event == "Signed Up" || Id().IsMatch(call.GroupId ?? string.Empty)} {WithoutType(call)}")
                .Order(StringComparer.Ordinal),
        ];
    }

    private static string WithoutType(ReceivedCall call)
    {
        var properties = call.Call["properties"]!.DeepClone().AsObject();
        properties.Remove("type");
        return properties.ToJsonString();
    }

    [GeneratedRegex("^[0-9a-f-]{36}$")]
    private static partial Regex Id();
}
