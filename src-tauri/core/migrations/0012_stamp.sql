-- Which report a test has, in a number: who has read a report knows from the index alone that it is still that one.

ALTER TABLE test_result ADD COLUMN stamp INTEGER;   -- at random, another one with every report; null: unknown
UPDATE test_result SET stamp = random();
CREATE INDEX test_result_stamp ON test_result (key, basis, stamp);
