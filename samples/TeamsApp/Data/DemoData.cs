using Microsoft.AspNetCore.Identity;

namespace TeamsApp.Data;

/// <summary>A team to look at: made at the first start, outside of any request, so that none of it is an event of its people.</summary>
public static class DemoData
{
    public const string Password = "Pa55word!";

    public static async Task EnsureAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TeamsDbContext>();
        if (!await db.Database.EnsureCreatedAsync())
        {
            return;
        }

        var users = scope.ServiceProvider.GetRequiredService<UserManager<AppUser>>();
        var now = scope.ServiceProvider.GetRequiredService<TimeProvider>().GetUtcNow();
        var team = new Team { Name = "Initech", CreatedAt = now };
        db.Teams.Add(team);
        await db.SaveChangesAsync();
        await AddAsync("peter@initech.example", "Peter", "Gibbons", "Engineer", TeamRoles.Owner);
        await AddAsync("samir@initech.example", "Samir", "Nagheenanajar", "Engineer", TeamRoles.Admin);
        await AddAsync("milton@initech.example", "Milton", "Waddams", "Collator", TeamRoles.Member);

        async Task AddAsync(string email, string firstName, string lastName, string jobTitle, string role)
        {
            var user = new AppUser
            {
                UserName = email,
                Email = email,
                EmailConfirmed = true,
                FirstName = firstName,
                LastName = lastName,
                JobTitle = jobTitle,
                CurrentTeamId = team.Id,
            };
            var created = await users.CreateAsync(user, Password);
            if (!created.Succeeded)
            {
                throw new InvalidOperationException(created.ToString());
            }

            db.Members.Add(new TeamMember { TeamId = team.Id, UserId = user.Id, Role = role, JoinedAt = now = now.AddSeconds(1) });
            await db.SaveChangesAsync();
        }
    }
}
