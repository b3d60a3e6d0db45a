using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>A database that holds the outbox and nothing else.</summary>
internal sealed class BenchmarkDb(DbContextOptions<BenchmarkDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddIntileryOutbox();
}
