using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Intilery.AspNetCore.Tests.Applications;

/// <summary>
/// An API with a login, refresh and logout of its own and invitations by mail, on PostgreSQL. Each request is a unit of work: one transaction, which
/// commits after the endpoint and is tried again as a whole.
/// </summary>
public sealed class InvitationApiTests(PostgresCluster postgres)
{
    private const string Password = "Pa55word!";

    private static readonly SymmetricSecurityKey _key = new(new byte[32]);

    [Fact]
    public async Task From_the_first_registration_to_the_last_logout_every_event_is_exact()
    {
        var (mailbox, network) = (new Mailbox(), new Network());
        await using var app = await StartAsync(mailbox, network);
        using var client = new HttpClient { BaseAddress = app.Address };

        await PostAsync(client, "/register", new Registration("peter@example.com", "Peter", "Gibbons", Password, "Initech"), HttpStatusCode.Created);
        var peter = await IdOfAsync(app, "peter@example.com");
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{peter}}", "type": "identify", "event": "identify",
              "traits": { "firstName": "Peter", "lastName": "Gibbons", "email": "peter@example.com", "username": "peter@example.com" },
              "context": { "groupId": "1", "page": { "path": "/register" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Signed Up",
              "properties": { "type": "organic", "first_name": "Peter", "last_name": "Gibbons", "email": "peter@example.com", "username": "peter@example.com" },
              "context": { "groupId": "1", "page": { "path": "/register" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Account Created", "properties": { "account_name": "Initech" },
              "context": { "groupId": "1", "page": { "path": "/register" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Account Added User", "properties": { "role": "Owner" },
              "context": { "groupId": "1", "page": { "path": "/register" } } }
            """);

        await PostAsync(client, "/login", new Credentials("peter@example.com", "wrong"), HttpStatusCode.Unauthorized);
        var tokens = await PostAsync(client, "/login", new Credentials("peter@example.com", Password));
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Signed In", "properties": { "username": "peter@example.com" },
              "context": { "groupId": "1", "page": { "path": "/login" } } }
            """);

        var refreshed = await PostAsync(client, "/refresh", new RefreshInput((string)tokens["refresh"]!));
        await PostAsync(client, "/refresh", new RefreshInput((string)tokens["refresh"]!), HttpStatusCode.Unauthorized);
        Authorize(client, refreshed);
        await PostAsync(client, "/invites", new InviteInput("joanna@example.com", "Joanna", "Admin"), HttpStatusCode.Accepted);
        await PostAsync(client, "/invites", new InviteInput("milton@example.com", "Milton", "Member"), HttpStatusCode.Accepted);
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Invite Sent",
              "properties": { "invitee_email": "joanna@example.com", "invitee_first_name": "Joanna", "invitee_role": "Admin" },
              "context": { "groupId": "1", "page": { "path": "/invites" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Invite Sent",
              "properties": { "invitee_email": "milton@example.com", "invitee_first_name": "Milton", "invitee_role": "Member" },
              "context": { "groupId": "1", "page": { "path": "/invites" } } }
            """);

        // The first attempt saves another user, whom nobody ever hears of.
        client.DefaultRequestHeaders.Authorization = null;
        network.BreakOnce();
        await PostAsync(client, mailbox["joanna@example.com"], new Acceptance("Joanna", "Aniston", Password), HttpStatusCode.Created);
        Assert.False(network.IsAboutToBreak);
        var joanna = await IdOfAsync(app, "joanna@example.com");
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{joanna}}", "type": "identify", "event": "identify",
              "traits": { "firstName": "Joanna", "lastName": "Aniston", "email": "joanna@example.com", "username": "joanna@example.com" },
              "context": { "groupId": "1", "page": { "path": "/invites/{token}/accept" } } }
            """,
            $$"""
            { "userId": "{{joanna}}", "type": "track", "event": "Signed Up",
              "properties": { "type": "invited", "first_name": "Joanna", "last_name": "Aniston", "email": "joanna@example.com", "username": "joanna@example.com" },
              "context": { "groupId": "1", "page": { "path": "/invites/{token}/accept" } } }
            """,
            $$"""
            { "userId": "{{joanna}}", "type": "track", "event": "Account Added User", "properties": { "role": "Admin" },
              "context": { "groupId": "1", "page": { "path": "/invites/{token}/accept" } } }
            """);

        // Two seats are taken: the user and the membership were saved, and are rolled back.
        await PostAsync(client, mailbox["milton@example.com"], new Acceptance("Milton", "Waddams", Password), HttpStatusCode.Conflict);

        var second = await PostAsync(client, "/login", new Credentials("joanna@example.com", Password));
        Authorize(client, second);
        await PostAsync(client, "/logout", new RefreshInput((string)second["refresh"]!), HttpStatusCode.NoContent);
        await PostAsync(client, "/refresh", new RefreshInput((string)second["refresh"]!), HttpStatusCode.Unauthorized);
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{joanna}}", "type": "track", "event": "Signed In", "properties": { "username": "joanna@example.com" },
              "context": { "groupId": "1", "page": { "path": "/login" } } }
            """,
            $$"""
            { "userId": "{{joanna}}", "type": "track", "event": "Signed Out", "properties": { "username": "joanna@example.com" },
              "context": { "groupId": "1", "page": { "path": "/logout" } } }
            """);
        await app.AssertEndAsync();
    }

    [Fact]
    public async Task Its_coverage_names_the_mappings_and_the_endpoints_with_attributes()
    {
        await using var app = await StartAsync(new Mailbox(), new Network());

        Assert.Equal(
            """
            Signed Up             Ready      new users of ApiDb (ASP.NET Core Identity)
            Signed In             Ready      [TrackSignedIn] on POST /login
            Signed Out            Ready      [TrackSignedOut] on POST /logout
            Account Created       Ready      MapAccounts<Company>
            Account Deleted       Ready      MapAccounts<Company>
            Account Added User    Ready      MapMemberships<Member>
            Account Removed User  Ready      MapMemberships<Member>
            Invite Sent           Ready      [TrackInviteSent] on POST /invites
            Trial Started         Missing    No entity is mapped as a trial, and no endpoint tracks one.
                                             [TrackTrialStarted] // on the endpoint that starts a trial
            Trial Ended           Missing    No entity is mapped as a trial, and no endpoint tracks one.
                                             [TrackTrialEnded] // on the endpoint that ends a trial

            """,
            await app.CoverageAsync());
    }

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, object body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await client.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == expected, $"{path}: {response.StatusCode} {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    private static void Authorize(HttpClient client, JsonNode tokens) =>
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)tokens["access"]!);

    private static Task<string> IdOfAsync(HostedApplication app, string email) => app.WithScopeAsync(async services =>
        (await services.GetRequiredService<UserManager<ApiUser>>().FindByEmailAsync(email))!.Id);

    private async Task<HostedApplication> StartAsync(Mailbox mailbox, Network network)
    {
        var connection = await postgres.NewDatabaseAsync();
        return await HostedApplication.StartAsync(
            builder =>
            {
                builder.Services.AddDbContext<ApiDb>(options => options
                    .UseNpgsql(connection, npgsql => npgsql.EnableRetryOnFailure())
                    .AddInterceptors(network));
                builder.Services.AddIdentityCore<ApiUser>().AddEntityFrameworkStores<ApiDb>();
                builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1);
                builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
                {
                    options.MapInboundClaims = false;
                    options.TokenValidationParameters = new() { ValidIssuer = "api", ValidAudience = "api", IssuerSigningKey = _key, NameClaimType = "name" };
                });
                builder.Services.AddAuthorization();
                builder.Services.AddSingleton(mailbox);
                builder.Services.AddIntilery()
                    .UseEntityFrameworkOutbox<ApiDb>()
                    .MapAccounts<Company>(company => company.Id, company => company.Name)
                    .MapMemberships<Member>(member => member.UserId, member => member.CompanyId, member => member.Role);
            },
            async app =>
            {
                await using (var scope = app.Services.CreateAsyncScope())
                {
                    await scope.ServiceProvider.GetRequiredService<ApiDb>().Database.EnsureCreatedAsync();
                }

                app.UseIntileryLifecycleTracking();
                app.Use(InUnitOfWorkAsync);
                MapSessions(app);
                MapInvites(app);
            });
    }

    private static async Task InUnitOfWorkAsync(HttpContext context, RequestDelegate next)
    {
        var db = context.RequestServices.GetRequiredService<ApiDb>();
        context.Request.EnableBuffering();
        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            context.Request.Body.Position = 0;
            await using var transaction = await db.Database.BeginTransactionAsync();
            await next(context);
            if (context.Response.StatusCode < StatusCodes.Status400BadRequest)
            {
                await transaction.CommitAsync();
            }
        });
    }

    private static void MapSessions(WebApplication app)
    {
        app.MapPost("/register", async (Registration input, UserManager<ApiUser> users, ApiDb db) =>
        {
            var user = new ApiUser { UserName = input.Email, Email = input.Email, FirstName = input.FirstName, LastName = input.LastName };
            if (await users.CreateAsync(user, input.Password) is { Succeeded: false } failed)
            {
                return Results.Conflict(failed.ToString());
            }

            var company = new Company { Name = input.Company, Seats = 2 };
            company.Members.Add(new Member { UserId = user.Id, Role = "Owner" });
            db.Add(company);
            await db.SaveChangesAsync();
            return Results.Created();
        });
        app.MapPost("/login", [TrackSignedIn] async (Credentials input, UserManager<ApiUser> users, ApiDb db) =>
        {
            var user = await users.FindByEmailAsync(input.Email);
            return user is not null && await users.CheckPasswordAsync(user, input.Password) ? Results.Ok(await IssueAsync(db, user)) : Results.Unauthorized();
        });
        app.MapPost("/refresh", async (RefreshInput input, UserManager<ApiUser> users, ApiDb db) =>
        {
            var token = await db.RefreshTokens.SingleOrDefaultAsync(token => token.Text == input.Refresh && token.RevokedAt == null);
            if (token is null)
            {
                return Results.Unauthorized();
            }

            token.RevokedAt = DateTimeOffset.UtcNow;
            return Results.Ok(await IssueAsync(db, (await users.FindByIdAsync(token.UserId))!));
        });
        app.MapPost("/logout", [TrackSignedOut] async (RefreshInput input, ApiDb db) =>
        {
            (await db.RefreshTokens.SingleAsync(token => token.Text == input.Refresh)).RevokedAt = DateTimeOffset.UtcNow;
            await db.SaveChangesAsync();
            return Results.NoContent();
        }).RequireAuthorization();
    }

    private static void MapInvites(WebApplication app)
    {
        app.MapPost("/invites", [TrackInviteSent] async (InviteInput input, ClaimsPrincipal caller, ApiDb db, Mailbox mailbox) =>
        {
            var company = int.Parse(caller.FindFirstValue("tenant_id")!, System.Globalization.CultureInfo.InvariantCulture);
            var invite = new Invite { CompanyId = company, Email = input.Email, Role = input.Role, Token = Guid.NewGuid().ToString("N") };
            db.Add(invite);
            await db.SaveChangesAsync();
            mailbox.Send(invite.Email, $"/invites/{invite.Token}/accept");
            return Results.Accepted();
        }).RequireAuthorization();
        app.MapPost("/invites/{token}/accept", async (string token, Acceptance input, UserManager<ApiUser> users, ApiDb db) =>
        {
            var invite = await db.Invites.Include(invite => invite.Company).SingleOrDefaultAsync(invite => invite.Token == token);
            if (invite is null)
            {
                return Results.NotFound();
            }

            var user = new ApiUser { UserName = invite.Email, Email = invite.Email, EmailConfirmed = true, FirstName = input.FirstName, LastName = input.LastName };
            if (await users.CreateAsync(user, input.Password) is { Succeeded: false } failed)
            {
                return Results.Conflict(failed.ToString());
            }

            db.Add(new Member { UserId = user.Id, CompanyId = invite.CompanyId, Role = invite.Role });
            db.Remove(invite);
            await db.SaveChangesAsync();
            return await db.Members.CountAsync(member => member.CompanyId == invite.CompanyId) > invite.Company!.Seats ? Results.Conflict("seats") : Results.Created();
        });
    }

    private static async Task<object> IssueAsync(ApiDb db, ApiUser user)
    {
        var company = await db.Members.Where(member => member.UserId == user.Id).Select(member => member.CompanyId).SingleAsync();
        var refresh = new RefreshToken { UserId = user.Id, Text = Guid.NewGuid().ToString("N") };
        db.Add(refresh);
        await db.SaveChangesAsync();
        var access = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "api",
            Audience = "api",
            Expires = DateTime.UtcNow.AddMinutes(15),
            Subject = new ClaimsIdentity([new Claim("sub", user.Id), new Claim("name", user.UserName!), new Claim("tenant_id", $"{company}")]),
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
        });
        return new { access, refresh = refresh.Text };
    }

    private sealed record Registration(string Email, string FirstName, string LastName, string Password, string Company);

    private sealed record Credentials(string Email, string Password);

    private sealed record RefreshInput(string Refresh);

    private sealed record InviteInput(string Email, string FirstName, string Role);

    private sealed record Acceptance(string FirstName, string LastName, string Password);

    private sealed class ApiUser : IdentityUser
    {
        public string? FirstName { get; init; }

        public string? LastName { get; init; }
    }

    private sealed class Company
    {
        public int Id { get; init; }

        public required string Name { get; init; }

        public int Seats { get; init; }

        public List<Member> Members { get; } = [];
    }

    private sealed class Member
    {
        public int Id { get; init; }

        public required string UserId { get; init; }

        public int CompanyId { get; init; }

        public required string Role { get; init; }
    }

    private sealed class Invite
    {
        public int Id { get; init; }

        public int CompanyId { get; init; }

        public Company? Company { get; init; }

        public required string Email { get; init; }

        public required string Role { get; init; }

        public required string Token { get; init; }
    }

    private sealed class RefreshToken
    {
        public int Id { get; init; }

        public required string UserId { get; init; }

        public required string Text { get; init; }

        public DateTimeOffset? RevokedAt { get; set; }
    }

    private sealed class ApiDb(DbContextOptions<ApiDb> options) : IdentityDbContext<ApiUser>(options)
    {
        public DbSet<Company> Companies => Set<Company>();

        public DbSet<Member> Members => Set<Member>();

        public DbSet<Invite> Invites => Set<Invite>();

        public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();

        protected override void OnModelCreating(ModelBuilder builder)
        {
            base.OnModelCreating(builder);
            builder.Entity<Member>().HasOne<ApiUser>().WithMany().HasForeignKey(member => member.UserId);
            builder.AddIntileryOutbox();
        }
    }

    /// <summary>What was mailed, by address: the link of each invitation.</summary>
    private sealed class Mailbox
    {
        private readonly ConcurrentDictionary<string, string> _links = new();

        public string this[string email] => _links[email];

        public void Send(string email, string link) => _links[email] = link;
    }

    /// <summary>A network that breaks when told to: within a transaction, after a save.</summary>
    private sealed class Network : SaveChangesInterceptor
    {
        private int _breaks;

        public bool IsAboutToBreak => Volatile.Read(ref _breaks) > 0;

        public void BreakOnce() => Volatile.Write(ref _breaks, 1);

        public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
        {
            if (Interlocked.Exchange(ref _breaks, 0) == 1)
            {
                await eventData.Context!.Database.ExecuteSqlRawAsync("SELECT pg_terminate_backend(pg_backend_pid())", cancellationToken);
            }

            return result;
        }
    }
}
